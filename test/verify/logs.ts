/** Logs for the tests of the check: written as a store writes them, held in memory, and open to every attack. */
import { drawSalt, nodeCodec } from '../../activities/stores/codec.ts';
import { createPacker } from '../../activities/verify/batch.ts';
import type { ClaimedHead, KeptValue, RecordSource } from '../../activities/verify/source.ts';
import { CHECKPOINT_EVERY, checkpointText } from '../../workflows/audit/checkpoint.ts';
import { hex } from '../../workflows/audit/codec.ts';
import { draftEntry, entryText, type Happening } from '../../workflows/audit/draft.ts';
import { GENESIS } from '../../workflows/audit/entry.ts';
import { instantText } from '../../workflows/audit/instant.ts';
import { happeningOf, type LogAct } from '../../workflows/audit/log-act.ts';
import { leafHash } from '../../workflows/audit/merkle.ts';
import { bruteLeaf, noteOf, testKey, type TestKey } from '../checkpoints/keys.ts';
import { createTree } from '../../workflows/audit/merkle.ts';

export const ORIGIN = 'test.example/record';
export const KEY = testKey(ORIGIN, 'log');
export const THIEF = testKey(ORIGIN, 'log', 'another seed');
/** 2026-09-21T14:13:20.000Z; entries are a tenth of a second apart. */
export const START = 1_790_000_000_000;
const APART_MS = 100;

export interface Item {
  readonly happening: Happening;
  readonly at: number;
  readonly log?: string;
}

export interface Log {
  readonly entries: readonly Buffer[];
  readonly head: ClaimedHead | null;
  readonly notes: readonly string[];
  readonly values: readonly KeptValue[];
}

export function fact(
  run: string,
  n: number,
  details: { readonly [name: string]: unknown } = { n },
): Happening {
  return {
    run: {
      workflowId: `cordon-p-${run}`,
      chain: `chain-${run}`,
      startedAt: START,
      caseId: run,
      playbook: 'p',
    },
    fact: { event: 'policy_checked', task: 'contain', details, at: START + n, coordinate: String(n) },
  };
}

export function items(count: number, from = 0): readonly Item[] {
  return Array.from({ length: count }, (_, n) => ({
    happening: fact((from + n) % 3 === 0 ? 'a' : 'b', from + n),
    at: START + (from + n) * APART_MS,
  }));
}

export function act(event: LogAct['event'], details: LogAct['details'], at: number, about = '1'): Item {
  return { happening: happeningOf({ event, details, at, about }), at };
}

/** Entries from the first one on, each linked to the one before. */
export function written(list: readonly Item[]): { readonly entries: Buffer[]; readonly values: KeptValue[] } {
  const ends = new Map<string, { readonly seq: number; readonly leaf: string }>();
  const entries: Buffer[] = [];
  const values: KeptValue[] = [];
  let prev = GENESIS;
  let log = ORIGIN;
  list.forEach((item, index) => {
    const draft = draftEntry(item.happening, nodeCodec, drawSalt);
    const end = ends.get(draft.run);
    log = item.log ?? log;
    const text = entryText(draft, {
      log,
      index,
      prev,
      at: instantText(item.at),
      runSeq: end === undefined ? 0 : end.seq + 1,
      runPrev: end?.leaf ?? null,
      skewMs: 0,
    });
    const bytes = Buffer.from(text);
    prev = leafOf(bytes);
    entries.push(bytes);
    for (const { path, salt, text: value } of draft.values)
      values.push({ index, path, value: { salt, text: value } });
    ends.set(draft.run, { seq: end === undefined ? 0 : end.seq + 1, leaf: prev });
  });
  return { entries, values };
}

export function leafOf(bytes: Uint8Array): string {
  return hex(leafHash(bytes, nodeCodec.sha256));
}

export function headOf(entries: readonly Buffer[]): ClaimedHead {
  const last = entries.at(-1);
  return { log: ORIGIN, size: entries.length, leaf: last === undefined ? GENESIS : leafOf(last) };
}

export function noteAt(entries: readonly Buffer[], size: number, key: TestKey = KEY): string {
  const tree = createTree(nodeCodec.sha256);
  for (const entry of entries.slice(0, size)) tree.add(bruteLeaf(entry));
  return noteOf(checkpointText({ origin: key.key.name, size, root: hex(tree.root()) }, nodeCodec), key);
}

/** One at every place where one is due, and one at the end. */
export function notesOf(entries: readonly Buffer[], key: TestKey = KEY): readonly string[] {
  const sizes = new Set<number>();
  for (let size = CHECKPOINT_EVERY; size <= entries.length; size += CHECKPOINT_EVERY) sizes.add(size);
  if (entries.length > 0) sizes.add(entries.length);
  return [...sizes].map((size) => noteAt(entries, size, key));
}

export function logOf(list: readonly Item[], key: TestKey = KEY): Log {
  const { entries, values } = written(list);
  return { entries, values, head: headOf(entries), notes: notesOf(entries, key) };
}

export function sourceOf(log: Log): RecordSource {
  return {
    name: 'a log in memory',
    isLong: false,
    async *entries(from = 0) {
      const packer = createPacker();
      for (const bytes of log.entries.slice(from)) {
        const full = packer.add(bytes, null);
        if (full !== null) yield full;
      }
      const rest = packer.rest();
      if (rest !== null) yield rest;
    },
    head: async () => log.head,
    checkpoints: async () => log.notes,
    values: () => each(log.values),
    details: async () => null,
    async *allDetails() {},
    damage: async () => null,
    close: async () => {},
  };
}

async function* each<T>(list: readonly T[]): AsyncGenerator<T, void, undefined> {
  yield* list;
}
