/**
 * Does a sequence of stored entries hold together? Pure: whoever has the bytes can check, without this system's
 * database. An entry is confirmed by the one after it, which holds its leaf hash, and the last one by a head.
 */
import { hex, type Codec } from './codec.ts';
import { GENESIS, type Entry } from './entry.ts';
import { createTree, leafHash } from './merkle.ts';
import { readEntry } from './reading.ts';

/** What a log says of its end: how many entries, and the leaf hash of the last (`GENESIS` when empty). */
export interface Head {
  readonly size: number;
  readonly leaf: string;
}

export type Verification =
  | { readonly kind: 'verified'; readonly entries: number; readonly head: string; readonly root: string }
  /**
   * `firstBad` is the first entry that does not fit: what it says is wrong, or another than what comes after it
   * confirms. `entries` counts those before it.
   */
  | { readonly kind: 'broken'; readonly entries: number; readonly firstBad: number; readonly reason: string };

export type Broken = Extract<Verification, { readonly kind: 'broken' }>;

export interface Verifier {
  /** Takes the next entry. After the first `broken` the answer stays the same. */
  add(bytes: Uint8Array): { readonly kind: 'fits'; readonly entry: Entry; readonly leaf: string } | Broken;
  /** Closes the check, against a head where there is one. */
  end(head: Head | null): Verification;
}

/** Checks entries from the first one on; memory grows with the number of ids and runs, not with bytes. */
export function createVerifier(codec: Codec): Verifier {
  const tree = createTree(codec.sha256);
  const ids = new Set<string>();
  const runs = new Map<string, { readonly seq: number; readonly leaf: string }>();
  let last: { readonly entry: Entry; readonly leaf: string } | null = null;
  let broken: Broken | null = null;
  const fail = (firstBad: number, reason: string): Broken =>
    (broken = { kind: 'broken', entries: firstBad, firstBad, reason });

  return {
    add(bytes) {
      if (broken !== null) return broken;
      const index = tree.size();
      const reading = readEntry(bytes, codec);
      if (reading.kind === 'malformed') return fail(index, reading.reason);
      const { entry } = reading;
      const hash = leafHash(bytes, codec.sha256);
      const leaf = hex(hash);
      if (entry.i === index - 1 && entry.prev === last?.entry.prev && leaf !== last.leaf)
        return fail(index - 1, 'two entries claim its place');
      if (entry.i !== index) return fail(index, `entry ${entry.i} stands where entry ${index} belongs`);
      if (last !== null && entry.log !== last.entry.log) return fail(index, 'it belongs to another log');
      if (ids.has(entry.id)) return fail(index, 'its id stands on an earlier entry');
      if (entry.prev !== (last?.leaf ?? GENESIS)) return failedLink(index);
      if (last !== null && entry.at < last.entry.at)
        return fail(index, 'its time lies before the entry before it');
      const run = runs.get(entry.body.run);
      if (entry.body.run_seq !== (run?.seq ?? -1) + 1 || entry.body.run_prev !== (run?.leaf ?? null))
        return fail(
          index,
          `it does not continue its run, which has ${(run?.seq ?? -1) + 1} entries before it`,
        );
      tree.add(hash);
      ids.add(entry.id);
      runs.set(entry.body.run, { seq: entry.body.run_seq, leaf });
      last = { entry, leaf };
      return { kind: 'fits', entry, leaf };
    },
    end(head) {
      if (broken !== null) return broken;
      const size = tree.size();
      const leaf = last?.leaf ?? GENESIS;
      if (head !== null && head.size > size)
        return fail(size, `the log ends here; its head counts ${head.size} entries`);
      if (head !== null && head.size < size)
        return fail(head.size, `the head counts ${head.size} entries only`);
      if (head !== null && head.leaf !== leaf)
        return fail(Math.max(size - 1, 0), 'the head confirms another last entry');
      return { kind: 'verified', entries: size, head: leaf, root: hex(tree.root()) };
    },
  };

  function failedLink(index: number): Broken {
    if (index === 0) return fail(0, 'it is the first entry and names one before it');
    return fail(index - 1, `its leaf hash is not the one that entry ${index} names`);
  }
}

/** Checks a whole sequence. Without a head the last entry is confirmed by nothing but its form. */
export function verifyEntries(
  entries: Iterable<Uint8Array>,
  codec: Codec,
  head: Head | null = null,
): Verification {
  const verifier = createVerifier(codec);
  for (const bytes of entries) {
    const added = verifier.add(bytes);
    if (added.kind === 'broken') return added;
  }
  return verifier.end(head);
}
