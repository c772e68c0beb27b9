/**
 * What every simulated provider offers to tests and to the demo, whichever provider it stands for.
 * A simulator is stateful, listens on 127.0.0.1 only, and keeps a log of every change that took effect.
 */
import type { JsonObject } from '../workflows/language/json.ts';

/** One change that took effect. Never holds a password, a token or a message body. */
export interface Effect {
  /** From 1, without gaps, in the order in which the changes took effect. */
  readonly n: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly method: string;
  /** Path of the request, without its query. */
  readonly path: string;
  /** The account's primary mail address, in lower case. */
  readonly account: string;
  /** A short sentence: "rule r1 removed". */
  readonly what: string;
}

/**
 * status: answer `status` (429, 503, …) with `retryAfter` as header when given; nothing takes effect.
 * expired_token: the token presented is no longer good; the provider's own 401.
 * hang: nothing takes effect and no answer ever comes. delay: served after `delayMs`.
 * reset_before: the connection is cut and nothing takes effect. reset_after: the change takes effect, then the
 * connection is cut. body: answer 200 with `body` as it stands; nothing takes effect.
 */
export type FaultKind =
  'status' | 'expired_token' | 'hang' | 'delay' | 'reset_before' | 'reset_after' | 'body';

export interface Fault {
  /** `method` in upper case; `path` matches when it stands anywhere in the request's path. Left out: any. */
  readonly match: { readonly method?: string; readonly path?: string };
  readonly kind: FaultKind;
  /** How many requests it strikes. */
  readonly times: number;
  readonly status?: number;
  /** The provider's own reason code, where it has one for the status. */
  readonly reason?: string;
  /** The header as it goes over the wire: seconds or an HTTP date. */
  readonly retryAfter?: string;
  readonly delayMs?: number;
  readonly body?: string;
}

export interface Simulator {
  /** Origin of the provider's interface, for instance `http://127.0.0.1:43117`. */
  readonly url: string;
  effects(): readonly Effect[];
  /** Faults strike in the order in which they were given. */
  fault(spec: Fault): void;
  /** Leaves an intruder's marks: rules, grants, app passwords, sign-ins. Unknown accounts are made. Not an effect. */
  seedAttacker(email: string): void;
  /** What the user does with their own phone. Not an effect: no interface can do it. */
  enroll2FA(email: string): void;
  /** State of one account as plain JSON, without secrets; an unknown account gives an empty object. */
  describe(email: string): JsonObject;
  close(): Promise<void>;
}
