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
}

export function createClaimCheck(claims: readonly RootClaim[]): ClaimCheck {
  // Of two at one size, what the log keeps itself goes first.
  const open = [...claims].sort(
    (one, other) => one.size - other.size || Number(one.outside) - Number(other.outside),
  );
  let next = 0;
  /** Up to where each kind agreed. If a copy elsewhere disagrees, what the log says of itself is worth nothing. */
  const agreed = { any: 0, outside: 0 };
  return {
    after(size, root) {
      for (; (open[next]?.size ?? Infinity) <= size; next += 1) {
        const claim = open[next];
        if (claim === undefined) continue;
        if (claim.root === root()) {
          agreed.any = size;
          if (claim.outside) agreed.outside = size;
          continue;
        }
        const index = claim.outside ? agreed.outside : agreed.any;
        return {
          code: 'rewritten',
          index,
          noticed: size - 1,
          reason: `entries ${index} to ${size - 1} are not those that ${claim.by} confirmed at size ${size}`,
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
  };
}
