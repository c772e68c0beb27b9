/**
 * The roster: which persons there are, how each can be recognised, and who may never approve. Persons, not
 * accounts: whatever somebody is called by, it leads to one id.
 */
import type { KeyObject } from 'node:crypto';

export interface RosterKey {
  /** SHA-256 of the public key's DER bytes, base64url. */
  readonly id: string;
  readonly key: KeyObject;
  /** Milliseconds since 1970; null where nothing was said. */
  readonly from: number | null;
  readonly until: number | null;
}

export interface RosterPerson {
  readonly id: string;
  readonly name: string;
  readonly groups: readonly string[];
  readonly mail: string | null;
  readonly keys: readonly RosterKey[];
}

/** What the server says of who did something: its own words, never the client's. */
export interface Principal {
  readonly type: string;
  readonly name: string;
}

export type Known =
  | { readonly kind: 'person'; readonly person: RosterPerson }
  /** Listed as a service or a worker, which never approves. */
  | { readonly kind: 'barred' }
  | { readonly kind: 'unknown' };

export interface Roster {
  /** SHA-256 of the file's bytes, lower-case hex; kept with every vote that counts. */
  readonly digest: string;
  readonly persons: readonly RosterPerson[];
  /** By id, mail or any account, in any spelling of it. */
  byAccount(name: string): Known;
  byPrincipal(principal: Principal): Known;
  bySubject(issuer: string, subject: string): Known;
  byKey(id: string): { readonly person: RosterPerson; readonly key: RosterKey } | null;
}

export type OpenedRoster =
  | { readonly kind: 'roster'; readonly roster: Roster }
  /** Each line says what, where and what to do. */
  | { readonly kind: 'problems'; readonly problems: readonly string[] };
