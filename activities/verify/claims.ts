/**
 * What others say of the log: that it had this root when it had so many entries. A claim that was signed, or kept
 * elsewhere, is compared with what the entries give.
 */
import type { Fault } from './check.ts';

export interface RootClaim {
  readonly size: number;
  /** Lower-case hex. */
  readonly root: string;
  /** For people: who says so. */
  readonly by: string;
  /** Kept where whoever can write the log cannot write. */
  readonly outside: boolean;
}

export interface ClaimCheck {
  /** To be called after each entry, with the size and root as they then are. */
  after(size: number, root: () => string): Fault | null;
  /** At the log's end: claims beyond it say that it was longer. */
  end(size: number): Fault | null;
  /** The largest size that a claim confirmed; 0 before. */
  confirmed(): number;
}

export function createClaimCheck(claims: readonly RootClaim[]): ClaimCheck {
  const open = [...claims].sort((one, other) => one.size - other.size);
  let next = 0;
  let confirmed = 0;
  return {
    after(size, root) {
      for (; (open[next]?.size ?? Infinity) <= size; next += 1) {
        const claim = open[next];
        if (claim === undefined || claim.root === root()) {
          confirmed = size;
          continue;
        }
        return {
          code: 'rewritten',
          index: confirmed,
          noticed: size - 1,
          reason: `entries ${confirmed} to ${size - 1} are not those that ${claim.by} confirmed at size ${size}`,
        };
      }
      return null;
    },
    end(size) {
      const beyond = open[next];
      if (beyond === undefined) return null;
      const most = open.at(-1) ?? beyond;
      return {
        code: 'cut',
        index: size,
        noticed: size,
        reason: `the log is shorter than witnessed: it ends here, and ${most.by} confirmed ${most.size} entries`,
      };
    },
    confirmed: () => confirmed,
  };
}
