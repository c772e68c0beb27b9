/** Every name of every person, each leading to exactly one of them. What leads to two is a problem. */
import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { personKey } from '../../workflows/walk/outcome.ts';
import type { Known, OpenedRoster, Principal, Roster, RosterKey, RosterPerson } from './roster.ts';
import type { ListedPerson, RosterList } from './roster-list.ts';

type Holder = { readonly kind: 'person'; readonly person: RosterPerson } | { readonly kind: 'barred' };

export function createRoster(list: RosterList, digest: string): OpenedRoster {
  const problems: string[] = [];
  const accounts = createNames<Holder>('an account', problems);
  const principals = createNames<Holder>('a principal', problems);
  const subjects = createNames<Holder>('a subject', problems);
  const keys = createNames<{ readonly person: RosterPerson; readonly key: RosterKey }>('a key', problems);
  const persons = list.persons.map((listed) => personOf(listed, problems));
  for (const [at, listed] of list.persons.entries()) {
    const person = persons[at];
    if (person === undefined) continue;
    const holder = { kind: 'person', person } as const;
    const names = new Set([listed.id, listed.mail ?? listed.id, ...listed.accounts].map(personKey));
    for (const name of names) accounts.add(name, holder, listed.id);
    for (const principal of listed.principals) principals.add(principalKey(principal), holder, listed.id);
    for (const { issuer, sub } of listed.subjects) subjects.add(pair(issuer, sub), holder, listed.id);
    for (const key of person.keys) keys.add(key.id, { person, key }, listed.id);
  }
  const { never_approve: never } = list;
  for (const name of never.accounts) accounts.add(personKey(name), { kind: 'barred' }, 'never_approve');
  for (const one of never.principals) principals.add(principalKey(one), { kind: 'barred' }, 'never_approve');
  problems.push(...unknownNames(list));
  if (problems.length > 0) return { kind: 'problems', problems };
  const find = (holder: Holder | undefined): Known => holder ?? { kind: 'unknown' };
  const roster: Roster = {
    digest,
    persons,
    byAccount: (name) => find(accounts.get(personKey(name))),
    byPrincipal: (principal) => find(principals.get(principalKey(principal))),
    bySubject: (issuer, sub) => find(subjects.get(pair(issuer, sub))),
    byKey: (id) => keys.get(id) ?? null,
    wrote: ({ id }, playbook, version) =>
      [playbook, `${playbook}@${version}`].some((name) => list.authors[name]?.includes(id) === true),
    escalation: (group) => list.groups[group]?.escalates_to ?? null,
  };
  return { kind: 'roster', roster };
}

interface Names<T> {
  add(name: string, value: T, owner: string): void;
  get(name: string): T | undefined;
}

function createNames<T>(what: string, problems: string[]): Names<T> {
  const held = new Map<string, { readonly value: T; readonly owner: string }>();
  return {
    add(name, value, owner) {
      const before = held.get(name);
      if (before !== undefined)
        problems.push(`${before.owner} and ${owner} share ${what}; each must lead to one person`);
      held.set(name, { value, owner });
    },
    get: (name) => held.get(name)?.value,
  };
}

function personOf(listed: ListedPerson, problems: string[]): RosterPerson {
  const keys = listed.keys.flatMap(({ key, from, until }) => {
    const der = Buffer.from(key, 'base64');
    const read = publicKey(der);
    if (read === null) {
      problems.push(`a key of ${listed.id} is no Ed25519 public key; \`cordon keys new\` prints the line`);
      return [];
    }
    return [{ id: keyId(der), key: read, from: instant(from), until: instant(until) }];
  });
  const { id, name, groups, mail, break_glass: breakGlass } = listed;
  return { id, name, groups, mail: mail ?? null, keys, breakGlass };
}

/** How a key is called: by its bytes, so that nobody can give two keys one name. */
export function keyId(spki: Uint8Array): string {
  return createHash('sha256').update(spki).digest('base64url');
}

function publicKey(der: Buffer): KeyObject | null {
  try {
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    return key.asymmetricKeyType === 'ed25519' ? key : null;
  } catch {
    return null;
  }
}

function unknownNames({ persons, groups, authors }: RosterList): string[] {
  const ids = new Set(persons.map(({ id }) => id));
  const inGroups = persons.flatMap(({ id, groups: own }) =>
    own
      .filter((group) => !(group in groups))
      .map((group) => `${id} is in group ${group}, which is not listed`),
  );
  const escalations = Object.entries(groups).flatMap(([group, { escalates_to: to }]) =>
    to === undefined || to in groups ? [] : [`group ${group} escalates to ${to}, which is not listed`],
  );
  const writers = Object.entries(authors).flatMap(([playbook, names]) =>
    names.filter((one) => !ids.has(one)).map((one) => `author ${one} of ${playbook} is not listed`),
  );
  return [...inGroups, ...escalations, ...writers];
}

function instant(text: string | undefined): number | null {
  return text === undefined ? null : Date.parse(text);
}

function principalKey({ type, name }: Principal): string {
  return pair(type, name);
}

/** Unambiguous, whatever the two hold. */
function pair(first: string, second: string): string {
  return JSON.stringify([first, second]);
}
