/** A log changed by somebody who knows how it is made: every hash after the change is computed anew. */
import { nodeCodec } from '../../activities/stores/index.ts';
import { canonicalEntry } from '../../workflows/audit/canonical.ts';
import { hex } from '../../workflows/audit/codec.ts';
import { eventId } from '../../workflows/audit/draft.ts';
import { GENESIS, type Entry, type EntryBody } from '../../workflows/audit/entry.ts';
import { instantOf } from '../../workflows/audit/instant.ts';
import { leafHash } from '../../workflows/audit/merkle.ts';

export function parseLog(lines: readonly Uint8Array[]): readonly Entry[] {
  return lines.map((bytes) => JSON.parse(nodeCodec.decode(bytes)) as Entry);
}

/** Gives entries their places again, so that the log holds together as before. */
export function relink(entries: readonly Entry[]): readonly Uint8Array[] {
  const ends = new Map<string, { readonly seq: number; readonly leaf: string }>();
  let prev = GENESIS;
  return entries.map(({ body, ...envelope }, i) => {
    const end = ends.get(body.run);
    const run_seq = (end?.seq ?? -1) + 1;
    const id = eventId(instantOf(body.run_started) ?? 0, body.run, body.coordinate, nodeCodec);
    const entry = { ...envelope, id, i, prev, body: { ...body, run_seq, run_prev: end?.leaf ?? null } };
    const bytes = nodeCodec.encode(canonicalEntry(entry));
    prev = hex(leafHash(bytes, nodeCodec.sha256));
    ends.set(body.run, { seq: run_seq, leaf: prev });
    return bytes;
  });
}

type Change = (entries: Entry[]) => readonly Entry[];

export function rewriteLog(lines: readonly Uint8Array[], change: Change): readonly Uint8Array[] {
  return relink(change([...parseLog(lines)]));
}

/** Says something else in one entry. */
export function reword(index: number): Change {
  return (entries) =>
    entries.map((entry, i) =>
      i === index ? withBody(entry, { details: { ...entry.body.details, reason: 'as if' } }) : entry,
    );
}

export function remove(...indexes: readonly number[]): Change {
  return (entries) => entries.filter((_, i) => !indexes.includes(i));
}

/** Puts an entry like the one at `index` behind the last, with something of its own. */
export function forge(index: number, body: Partial<EntryBody>): Change {
  return (entries) => [...entries, ...entries.slice(index, index + 1).map((entry) => withBody(entry, body))];
}

function withBody(entry: Entry, body: Partial<EntryBody>): Entry {
  return { ...entry, body: { ...entry.body, ...body } };
}
