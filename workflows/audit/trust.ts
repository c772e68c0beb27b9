/** A signed checkpoint under a policy: which log says so, and which witnesses saw it. */
import type { NoteCodec } from './codec.ts';
import { readCheckpoint, type Checkpoint } from './checkpoint.ts';
import { readNote } from './note.ts';
import { refused, type Refused } from './refusal.ts';
import { verifySignatures } from './signature.ts';
import type { Group, Trust, Witness } from './trust-file.ts';
import type { VerifierKey } from './verifier-key.ts';

export interface OpenedCheckpoint {
  readonly kind: 'checkpoint';
  readonly checkpoint: Checkpoint;
  readonly extensions: readonly string[];
  /** Trusted keys of the log that signed it; at least one. */
  readonly signedBy: readonly VerifierKey[];
  /** Trusted witnesses that saw it, by their name in the policy; seconds since 1970. */
  readonly witnesses: readonly { readonly name: string; readonly time: number }[];
}

/** Believes keys of the policy only, never one that came with what is checked. */
export function openCheckpoint(source: string, trust: Trust, codec: NoteCodec): OpenedCheckpoint | Refused {
  const reading = readNote(source, codec);
  if (reading.kind === 'refused') return reading;
  const text = readCheckpoint(reading.note.text, codec);
  if (text.kind === 'refused') return text;
  const { checkpoint, extensions } = text;
  // A log's key speaks for the log of its own name.
  const logKeys = trust.logs.map(({ key }) => key).filter(({ name }) => name === checkpoint.origin);
  const keys = [...logKeys, ...trust.witnesses.map(({ key }) => key)];
  const verified = verifySignatures(reading.note, keys, codec);
  if (verified.kind === 'refused') return verified;
  const signedBy = verified.signers.map(({ key }) => key).filter(({ type }) => type === 'log');
  if (signedBy.length === 0)
    return refused('unknown_key', 'no key that the policy has for this log has signed the checkpoint');
  const witnesses = trust.witnesses.flatMap(({ name, key }) => {
    const time = verified.signers.find((each) => each.key === key)?.time;
    return time === undefined || time === null ? [] : [{ name, time }];
  });
  const seen = new Set(witnesses.map(({ name }) => name));
  if (trust.quorum !== null && !isSeenBy(trust.quorum, seen))
    return refused('quorum_not_met', `the policy asks for ${trust.quorum.name}; ${saw(seen)}`);
  return { kind: 'checkpoint', checkpoint, extensions, signedBy, witnesses };
}

/** Did enough of them see it, by their names in the policy? */
export function isSeenBy(quorum: Witness | Group, seen: ReadonlySet<string>): boolean {
  if (!('members' in quorum)) return seen.has(quorum.name);
  return quorum.members.filter((member) => isSeenBy(member, seen)).length >= quorum.needed;
}

function saw(seen: ReadonlySet<string>): string {
  return seen.size === 0
    ? 'no witness saw the checkpoint'
    : `only ${[...seen].join(', ')} saw the checkpoint`;
}

/** A trust in keys of one log, with no witness asked for: what the log itself checks its own words with. */
export function trustInLog(keys: readonly VerifierKey[]): Trust {
  return { logs: keys.map((key) => ({ key, url: null })), witnesses: [], quorum: null };
}
