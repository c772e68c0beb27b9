/**
 * The roster: which persons there are, how each can be recognised, and who may never approve. Persons, not
 * accounts: whatever somebody is called by, it leads to one id.
 */
import type { KeyObject } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { parseDocument } from '../../workflows/language/document.ts';
import { formatProblem } from '../../workflows/language/problem.ts';
import { readSource } from '../../workflows/language/source.ts';
import { sha256 } from '../keys.ts';
import { createRoster } from './roster-index.ts';
import { rosterList } from './roster-list.ts';

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
  readonly breakGlass: boolean;
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
  /** Who last changed this playbook, as far as the roster says. */
  wrote(person: RosterPerson, playbook: string, version: string): boolean;
  /** The group to be told when this one does not answer; null where there is none. */
  escalation(group: string): string | null;
}

export type OpenedRoster =
  | { readonly kind: 'roster'; readonly roster: Roster }
  /** Each line says what, where and what to do. */
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

const OTHERS_WRITE = 0o002;
const MOST_PROBLEMS = 50;

/**
 * `expectedDigest`: refuse every roster but the one with this SHA-256. `known`: taken as it is where the file still
 * holds the same bytes. Never throws.
 */
export async function openRoster(
  file: string,
  expectedDigest: string | null,
  known: Roster | null = null,
): Promise<OpenedRoster> {
  let bytes: Buffer;
  try {
    const { mode } = await stat(file);
    if ((mode & OTHERS_WRITE) !== 0)
      return problems(`${file} can be changed by anybody on this machine; take that right away (chmod o-w)`);
    bytes = await readFile(file);
  } catch (error) {
    return problems(`${file} cannot be read (${codeOf(error)}); check roster.file`);
  }
  const digest = sha256(bytes);
  if (expectedDigest !== null && digest !== expectedDigest)
    return problems(
      `${file} is not the roster that roster.digest names: it has SHA-256 ${digest}; review what changed before you pin that`,
    );
  if (digest === known?.digest) return { kind: 'roster', roster: known };
  return readRoster(bytes, file, digest);
}

function readRoster(bytes: Buffer, file: string, digest: string): OpenedRoster {
  const source = readSource(bytes, file);
  if (source.kind === 'problems') return problems(...source.problems.map(formatProblem));
  const parsed = parseDocument(source.text, file);
  if (parsed.kind === 'problems') return problems(...parsed.problems.map(formatProblem));
  if (parsed.document.problems.length > 0) return problems(...parsed.document.problems.map(formatProblem));
  const list = rosterList.safeParse(parsed.document.value);
  if (list.success) {
    const created = createRoster(list.data, digest);
    if (created.kind === 'roster') return created;
    return problems(...created.problems.map((problem) => `${file}: ${problem}`));
  }
  return problems(
    ...list.error.issues
      .slice(0, MOST_PROBLEMS)
      .map(({ path, message }) => `${file} at ${path.join('.') || 'its top'}: ${message}`),
  );
}

function problems(...lines: readonly string[]): OpenedRoster {
  return { kind: 'problems', problems: lines };
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error
    ? String(error.code)
    : 'unknown error';
}
