/**
 * Whom a verifier trusts (C2SP tlog-policy): keys of logs, keys of witnesses, and how many of which witnesses make
 * a checkpoint good. A file that is not understood to its last line is no trust at all.
 */
import type { NoteCodec } from './codec.ts';
import { equalBytes } from './codec.ts';
import { decimalOf } from './decimal.ts';
import { refused, type Refused } from './refusal.ts';
import { readVerifierKey, type KeyType, type VerifierKey } from './verifier-key.ts';

export interface Witness {
  /** Its name in the file; the name of its key may be another. */
  readonly name: string;
  readonly key: VerifierKey;
  readonly url: string | null;
}

/** At least `needed` of the members. */
export interface Group {
  readonly name: string;
  readonly needed: number;
  readonly members: readonly (Witness | Group)[];
}

export interface Trust {
  readonly logs: readonly { readonly key: VerifierKey; readonly url: string | null }[];
  readonly witnesses: readonly Witness[];
  /** Null: no witness needs to have seen a checkpoint. */
  readonly quorum: Witness | Group | null;
}

export type TrustReading = { readonly kind: 'trust'; readonly trust: Trust } | Refused;

const MAX_TEXT = 256 * 1024;
const MAX_LINES = 2_000;

interface Draft {
  readonly logs: { readonly key: VerifierKey; readonly url: string | null }[];
  readonly witnesses: Witness[];
  readonly named: Map<string, Witness | Group>;
  /** Who is in a group already: each may help one group only. */
  readonly grouped: Set<string>;
  quorum: Witness | Group | null | undefined;
}

export function readTrust(text: string, codec: NoteCodec): TrustReading {
  if (text.length > MAX_TEXT) return refused('too_big', `a policy is longer than ${MAX_TEXT} characters`);
  if (text !== '' && !text.endsWith('\n'))
    return refused('malformed', 'the last line of a policy has no end; it may have been cut off');
  const lines = text.split('\n').slice(0, -1);
  if (lines.length > MAX_LINES) return refused('too_big', `a policy has more than ${MAX_LINES} lines`);
  const draft: Draft = { logs: [], witnesses: [], named: new Map(), grouped: new Set(), quorum: undefined };
  for (const [at, line] of lines.entries()) {
    const fault = readLine(line, draft, codec);
    if (fault !== null) return { ...fault, line: at + 1 };
  }
  const { logs, witnesses, quorum } = draft;
  if (quorum === undefined)
    return refused('malformed', 'a policy has a line "quorum NAME", or "quorum none"');
  return { kind: 'trust', trust: { logs, witnesses, quorum } };
}

function readLine(line: string, draft: Draft, codec: NoteCodec): Refused | null {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(line))
    return refused('malformed', 'it holds control characters');
  const words = line.split(/[ \t]+/).filter((word) => word !== '');
  const [kind, ...rest] = words;
  if (kind === undefined || kind.startsWith('#')) return null;
  switch (kind) {
    case 'log':
      return addLog(rest, draft, codec);
    case 'witness':
      return addWitness(rest, draft, codec);
    case 'group':
      return addGroup(rest, draft);
    case 'quorum':
      return setQuorum(rest, draft);
    default:
      return refused('unknown_line', 'it begins with none of log, witness, group, quorum');
  }
}

function addLog(words: readonly string[], { logs }: Draft, codec: NoteCodec): Refused | null {
  const [vkey, url = null] = words;
  if (vkey === undefined || words.length > 2) return refused('malformed', 'it is written: log VKEY [URL]');
  const key = keyOf(vkey, 'log', codec);
  if (key.kind === 'refused') return key;
  if (hasKey(logs, key.key)) return refused('duplicate', 'the key of this log stands on an earlier line');
  logs.push({ key: key.key, url });
  return null;
}

function addWitness(words: readonly string[], draft: Draft, codec: NoteCodec): Refused | null {
  const [name, vkey, url = null] = words;
  if (name === undefined || vkey === undefined || words.length > 3)
    return refused('malformed', 'it is written: witness NAME VKEY [URL]');
  const key = keyOf(vkey, 'witness', codec);
  if (key.kind === 'refused') return key;
  if (hasKey(draft.witnesses, key.key))
    return refused('duplicate', 'the key of this witness stands on an earlier line');
  const witness: Witness = { name, key: key.key, url };
  draft.witnesses.push(witness);
  return define(witness, draft);
}

function addGroup(words: readonly string[], draft: Draft): Refused | null {
  const [name, count, ...names] = words;
  if (name === undefined || count === undefined || names.length === 0)
    return refused('malformed', 'it is written: group NAME all|any|NUMBER MEMBER…');
  const members: (Witness | Group)[] = [];
  for (const each of names) {
    const member = draft.named.get(each);
    if (member === undefined)
      return refused('malformed', 'a member of the group has no line before this one');
    if (draft.grouped.has(each)) return refused('duplicate', 'a member of the group is in a group already');
    draft.grouped.add(each);
    members.push(member);
  }
  const needed = count === 'all' ? members.length : count === 'any' ? 1 : decimalOf(count);
  if (needed === null || needed < 1 || needed > members.length)
    return refused('malformed', 'a group needs all, any, or a number from 1 to that of its members');
  return define({ name, needed, members }, draft);
}

function setQuorum(words: readonly string[], draft: Draft): Refused | null {
  const [name] = words;
  if (name === undefined || words.length > 1) return refused('malformed', 'it is written: quorum NAME');
  if (draft.quorum !== undefined) return refused('duplicate', 'a policy has one quorum line');
  const quorum = name === 'none' ? null : draft.named.get(name);
  if (quorum === undefined) return refused('malformed', 'the quorum has no line before this one');
  draft.quorum = quorum;
  return null;
}

function define(one: Witness | Group, { named }: Draft): Refused | null {
  if (one.name === 'none' || named.has(one.name))
    return refused('duplicate', 'this name has a meaning already; choose another');
  named.set(one.name, one);
  return null;
}

function keyOf(vkey: string, type: KeyType, codec: NoteCodec): ReturnType<typeof readVerifierKey> {
  const reading = readVerifierKey(vkey, codec);
  if (reading.kind === 'refused' || reading.key.type === type) return reading;
  return refused('unsupported_key', `this is not the key of a ${type}`);
}

/** One public key is one key, whatever its name. */
function hasKey(holders: readonly { readonly key: VerifierKey }[], key: VerifierKey): boolean {
  return holders.some((holder) => equalBytes(holder.key.publicKey, key.publicKey));
}
