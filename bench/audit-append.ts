/**
 * What recording costs beside writing the same bytes under the same ids into a bare table, on the same disk and as
 * durably. The ids must be the same ones: how far they lie apart decides how many pages a commit writes. A round of single
 * entries is long enough that each side folds its write-ahead log in about as often as it does for good.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { NewEvent } from '../activities/stores/audit.ts';
import { openStores } from '../activities/stores/index.ts';
import { nodeCodec } from '../activities/stores/codec.ts';
import type { Ledger } from '../activities/stores/ledger.ts';
import { eventId } from '../workflows/audit/draft.ts';
import type { Measure, Sample } from './budget.ts';

const WRITERS = 100;
export const BATCH = 100;
const ROUNDS = 7;
/** Entries in each round, so that a round takes a second or so. */
const GROUPED = 10_000;
const SINGLE = 3_000;
/** A disk is half as fast in one second as in the next: the two sides take turns within a tenth of one. */
const TURN = 50;

export async function measureAppends(say: (line: string) => void): Promise<readonly Measure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'cordon-bench-'));
  const ledger = await openStores(join(folder, 'ours.db'), { log: 'bench' });
  const raw = openRaw(join(folder, 'raw.db'));
  try {
    const group: Sample[] = [];
    const batch: Sample[] = [];
    const single: Sample[] = [];
    await ledger.append([someEvent()]);
    const bytes = await bytesOfEntry(ledger);
    // The first round warms the code and both files up, and is not counted.
    for (let round = 0; round <= ROUNDS; round += 1) {
      say(`recording, round ${round} of ${ROUNDS}`);
      const oneByOne = await inTurns(ledger, (ids) => raw.singles(ids, bytes));
      const samples = {
        group: { ours: await rate(GROUPED, () => byWriters(ledger, GROUPED)), bare: oneByOne.ours },
        batch: {
          ours: await rate(GROUPED, () => inBatches(ledger, GROUPED)),
          bare: await rawRate(idsOf(GROUPED, BATCH), (ids) => raw.batches(ids, bytes)),
        },
        single: oneByOne,
      };
      if (round === 0) continue;
      group.push(samples.group);
      batch.push(samples.batch);
      single.push(samples.single);
    }
    return [
      {
        id: 'audit_group_commit',
        what: `${WRITERS} writers at once, beside one by one`,
        unit: 'entries/s',
        samples: group,
        budget: { of: 'ratio', bound: 'at_least', limit: 5 },
      },
      {
        id: 'audit_batch',
        what: `batches of ${BATCH}, beside a raw insert under the same unique ids`,
        unit: 'entries/s',
        samples: batch,
        budget: { of: 'ratio', bound: 'at_least', limit: 0.4 },
      },
      {
        id: 'audit_single',
        what: 'single entries, beside a raw insert',
        unit: 'entries/s',
        samples: single,
        budget: { of: 'ratio', bound: 'at_least', limit: 0.75 },
      },
    ];
  } finally {
    raw.close();
    await ledger.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

let counted = 0;

/** As most entries are: a fact of a task, with one personal value in three. */
export function someEvent(run = 0): NewEvent {
  counted += 1;
  const by = counted % 3 === 0 ? { by: 'sam@corp.example' } : {};
  return {
    run: {
      workflowId: `cordon-email_takeover_v1-CASE-${run}`,
      chain: `0193f000-aaaa-7bbb-8ccc-${String(run).padStart(12, '0')}`,
      startedAt: 1_790_000_000_000 + run,
      caseId: `CASE-${run}`,
      playbook: 'email_takeover_v1',
    },
    fact: {
      event: 'policy_checked',
      task: 'rotate_password',
      details: { effect: 'allow', rules: ['allow.reversible'], policy_set: 'a'.repeat(64), ...by },
      at: 1_790_000_000_000 + counted,
      coordinate: `bench/${counted}`,
    },
  };
}

export async function rate(entries: number, work: () => Promise<void>): Promise<number> {
  const from = performance.now();
  await work();
  return (entries * 1000) / (performance.now() - from);
}

/** Their ids are made before the clock starts: a bare table gets them for nothing. */
async function rawRate(ids: readonly string[], work: (ids: readonly string[]) => void): Promise<number> {
  return rate(ids.length, async () => work(ids));
}

/** Ids as events of so many runs in turn have them. */
export function idsOf(count: number, runs: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => {
    const { run, fact } = someEvent(n % runs);
    return eventId(run.startedAt, run.chain, fact.coordinate, nodeCodec);
  });
}

/** One entry a commit, ours and bare by turns. */
async function inTurns(ledger: Ledger, bare: (ids: readonly string[]) => void): Promise<Sample> {
  const spent = { ours: 0, bare: 0 };
  for (let at = 0; at < SINGLE; at += TURN) {
    const events = Array.from({ length: TURN }, () => someEvent());
    const ids = idsOf(TURN, 1);
    const from = performance.now();
    for (const event of events) await ledger.append([event]);
    const between = performance.now();
    bare(ids);
    spent.ours += between - from;
    spent.bare += performance.now() - between;
  }
  return { ours: (SINGLE * 1000) / spent.ours, bare: (SINGLE * 1000) / spent.bare };
}

export async function byWriters(ledger: Ledger, count: number): Promise<void> {
  const write = async (run: number): Promise<void> => {
    for (let n = 0; n < count / WRITERS; n += 1) await ledger.append([someEvent(run)]);
  };
  await Promise.all(Array.from({ length: WRITERS }, (_, run) => write(run)));
}

async function inBatches(ledger: Ledger, count: number): Promise<void> {
  for (let n = 0; n < count; n += BATCH)
    await ledger.append(Array.from({ length: BATCH }, (_, run) => someEvent(run)));
}

export async function bytesOfEntry(ledger: Ledger): Promise<Uint8Array> {
  for await (const { bytes } of ledger.read(0, 1)) return bytes;
  throw new Error('nothing was recorded, so there is nothing to compare with');
}

function openRaw(path: string) {
  const db = new Database(path);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec('CREATE TABLE raw (i INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, bytes BLOB NOT NULL) STRICT');
  const insert = db.prepare('INSERT INTO raw (id, bytes) VALUES (?, ?)');
  const many = db.transaction((ids: readonly string[], bytes: Uint8Array) => {
    for (const id of ids) insert.run(id, bytes);
  });
  return {
    batches(ids: readonly string[], bytes: Uint8Array): void {
      for (let at = 0; at < ids.length; at += BATCH) many(ids.slice(at, at + BATCH), bytes);
    },
    singles(ids: readonly string[], bytes: Uint8Array): void {
      for (const id of ids) insert.run(id, bytes);
    },
    close: () => db.close(),
  };
}
