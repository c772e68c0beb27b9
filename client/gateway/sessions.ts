/** Who is signed in, and who is on the way there. Kept in memory: a gateway that starts anew knows nobody. */
import { randomBytes, timingSafeEqual } from 'node:crypto';

export interface SignedIn {
  readonly issuer: string;
  readonly subject: string;
  /** How the identity provider names them; for the eye only. */
  readonly shown: string;
}

export interface Session {
  readonly id: string;
  /** Goes into every form, so that no other site's form can be taken for ours. */
  readonly csrf: string;
  readonly person: SignedIn;
}

/** One way to the identity provider and back. */
export interface Errand {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** Where they wanted to go. */
  readonly next: string;
}

export interface Shelf<T> {
  put(value: T): string;
  get(id: string | undefined): T | null;
  take(id: string | undefined): T | null;
}

/** Nobody signs in more often; the oldest make way. */
const MOST = 1_000;

/** Things for a while, each under a name that cannot be guessed. */
export function createShelf<T>(lastsMs: number, now: () => number): Shelf<T> {
  const kept = new Map<string, { readonly value: T; readonly until: number }>();
  const get = (id: string | undefined): T | null => {
    const found = id === undefined ? undefined : kept.get(id);
    return found === undefined || found.until <= now() ? null : found.value;
  };
  return {
    put(value) {
      for (const [id, { until }] of kept) if (until <= now() || kept.size >= MOST) kept.delete(id);
      const id = token();
      kept.set(id, { value, until: now() + lastsMs });
      return id;
    },
    get,
    take(id) {
      const found = get(id);
      if (id !== undefined) kept.delete(id);
      return found;
    },
  };
}

export function token(): string {
  return randomBytes(32).toString('base64url');
}

/** In a time that tells nothing of how much of it was right. */
export function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
