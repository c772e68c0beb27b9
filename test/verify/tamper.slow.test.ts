import { describe, expect, test } from '@jest/globals';
import { verifyRecord, type OutsideCopy } from '../../activities/verify/verify.ts';
import type { Trust } from '../../workflows/audit/trust-file.ts';
import { trusted } from '../checkpoints/keys.ts';
import {
  act,
  fact,
  headOf,
  items,
  KEY,
  leafOf,
  logOf,
  noteAt,
  notesOf,
  sourceOf,
  START,
  THIEF,
  written,
  type Item,
  type Log,
} from './logs.ts';

const SIZE = 1000;
const LAST_SIGNED = 768;
const TRUST = trusted(`log ${KEY.vkey}\nquorum none\n`);
const whole = items(SIZE);
const original = logOf(whole);
/** A day after the last entry: what is not signed by then never was. */
const NOW = START + 86_400_000;

type LevelName = 'L0' | 'L1' | 'L2' | 'L3';

/** What each level may look at. L3 has the newest checkpoint of the log as it was, kept elsewhere. */
async function check(log: Log, level: LevelName) {
  const signed = level === 'L2' || level === 'L3';
  const source = sourceOf({ ...log, head: level === 'L0' ? null : log.head, notes: signed ? log.notes : [] });
  const outside: readonly OutsideCopy[] =
    level === 'L3' ? [{ by: 'the copy elsewhere', notes: original.notes.slice(-1) }] : [];
  const trust: Trust | null = signed ? TRUST : null;
  return verifyRecord(source, { trust, outside, deep: false, now: NOW });
}

const withEntries = (entries: readonly Buffer[], log: Partial<Log> = {}): Log => ({
  ...original,
  entries,
  ...log,
});
const replaced = (at: number, bytes: Buffer): readonly Buffer[] => original.entries.with(at, bytes);
const edited = (at: number): Buffer =>
  Buffer.from((original.entries[at] ?? Buffer.alloc(0)).toString().replace(`"n":${at}`, `"n":9${at}`));

/** The log with another history from `k` on, every hash computed anew. */
const rewritten = (k: number, list: readonly Item[] = whole): readonly Buffer[] =>
  written(list.map((item, n) => (n === k ? { ...item, happening: fact('a', n, { n: -1 }) } : item))).entries;

const cut = original.entries.slice(0, -10);
const tail = rewritten(990);
const whole1 = rewritten(0);
const refilled = [...original.entries.slice(0, 900), ...rewritten(900).slice(900)];

interface Attack {
  readonly what: string;
  readonly log: Log;
  /** First bad entry at each level; null where it cannot be seen. */
  readonly seen: readonly [l0: number | null, l1: number | null, l2: number | null, l3: number | null];
}

const attacks: readonly Attack[] = [
  { what: 'entry 500 edited', log: withEntries(replaced(500, edited(500))), seen: [500, 500, 500, 500] },
  {
    what: 'entry 500 deleted',
    log: withEntries(original.entries.toSpliced(500, 1)),
    seen: [500, 500, 500, 500],
  },
  {
    what: 'entry 500 deleted and the rest renumbered',
    log: withEntries(
      original.entries
        .toSpliced(500, 1)
        .map((bytes, n) =>
          n < 500 ? bytes : Buffer.from(bytes.toString().replace(`"i":${n + 1},`, `"i":${n},`)),
        ),
    ),
    // Entry 500 was also what its run had after 499: nobody confirms that one any more.
    seen: [499, 499, 499, 499],
  },
  {
    what: 'entries 500 and 501 swapped',
    log: withEntries(original.entries.toSpliced(500, 2, ...original.entries.slice(500, 502).toReversed())),
    seen: [500, 500, 500, 500],
  },
  {
    what: 'a forged entry inserted at 500',
    log: withEntries(original.entries.toSpliced(500, 0, rewritten(500)[500] ?? Buffer.alloc(0))),
    seen: [500, 500, 500, 500],
  },
  {
    what: 'an old entry replayed at the tail',
    log: withEntries([...original.entries, original.entries[10] ?? Buffer.alloc(0)]),
    seen: [1000, 1000, 1000, 1000],
  },
  { what: 'ten entries cut', log: withEntries(cut), seen: [null, 990, 990, 990] },
  {
    what: 'ten entries cut, and the head made to fit',
    log: withEntries(cut, { head: headOf(cut) }),
    seen: [null, null, 990, 990],
  },
  {
    what: 'ten entries cut, the head made to fit, and later checkpoints dropped',
    log: withEntries(cut, { head: headOf(cut), notes: notesOf(cut.slice(0, LAST_SIGNED)) }),
    // The cadence tells: nothing covers the entries since the last one that was left.
    seen: [null, null, LAST_SIGNED, 990],
  },
  {
    what: 'cut to a checkpoint, the head made to fit, and later checkpoints dropped',
    log: withEntries(original.entries.slice(0, LAST_SIGNED), {
      head: headOf(original.entries.slice(0, LAST_SIGNED)),
      notes: notesOf(original.entries.slice(0, LAST_SIGNED)),
    }),
    seen: [null, null, null, LAST_SIGNED],
  },
  {
    what: 'rewritten from 990 on, checkpoints kept',
    log: withEntries(tail, { head: headOf(tail) }),
    seen: [null, null, LAST_SIGNED, LAST_SIGNED],
  },
  {
    what: 'rewritten after the last checkpoint but one, and the last dropped',
    log: withEntries(tail, { head: headOf(tail), notes: notesOf(original.entries.slice(0, LAST_SIGNED)) }),
    // The copy elsewhere knows the end only; what the log's own checkpoints confirm is then not believed.
    seen: [null, null, LAST_SIGNED, 0],
  },
  {
    what: 'rewritten as a whole, signed with a foreign key',
    log: withEntries(whole1, { head: headOf(whole1), notes: notesOf(whole1, THIEF) }),
    seen: [null, null, -1, -1],
  },
  {
    what: 'rewritten as a whole, signed with the real key',
    log: withEntries(whole1, { head: headOf(whole1), notes: notesOf(whole1) }),
    seen: [null, null, null, 0],
  },
  {
    what: 'cut and refilled to the same size, signed with the real key',
    log: withEntries(refilled, { head: headOf(refilled), notes: notesOf(refilled) }),
    // With the newest checkpoint only, nobody can say where it begins; with all of them see below.
    seen: [null, null, null, 0],
  },
];

describe('T1: the tamper matrix', () => {
  const levels: readonly LevelName[] = ['L0', 'L1', 'L2', 'L3'];

  test.each(levels)('control: the log as written verifies at %s', async (level) => {
    const verdict = await check(original, level);
    expect(verdict).toMatchObject({ kind: 'verified', entries: SIZE, level: levels.indexOf(level) });
  });

  describe.each(attacks)('$what', ({ log, seen }) => {
    test.each(levels.map((level, at) => [level, seen[at] ?? null] as const))(
      'at %s: %p',
      async (level, firstBad) => {
        const verdict = await check(log, level);
        if (firstBad === null) expect(verdict.kind).toBe('verified');
        // A signature that nobody trusts is no statement about any entry.
        else if (firstBad < 0)
          expect(verdict).toMatchObject({ kind: 'broken', code: 'checkpoint_untrusted', firstBad: null });
        else expect(verdict).toMatchObject({ kind: 'broken', firstBad, entries: firstBad });
      },
    );
  });

  test('with every checkpoint kept elsewhere, a rewrite with the real key is placed between two of them', async () => {
    const log = withEntries(refilled, { head: headOf(refilled), notes: notesOf(refilled) });
    const outside = [{ by: 'the copy elsewhere', notes: original.notes }];
    const verdict = await verifyRecord(sourceOf(log), { trust: TRUST, outside, deep: false, now: NOW });
    expect(verdict).toMatchObject({ kind: 'broken', code: 'rewritten', firstBad: LAST_SIGNED });
  });

  test('an event that was recorded twice under one id is found, wherever the two stand', async () => {
    const twice = [...items(40), { happening: fact('a', 6), at: START + 5_000 }];
    expect(await check(logOf(twice), 'L2')).toMatchObject({
      kind: 'broken',
      code: 'entry_broken',
      firstBad: 40,
      reason: expect.stringContaining('id'),
    });
  });

  test('a back-dated append that is otherwise valid is seen by its time alone', async () => {
    const late = [...whole, { happening: fact('c', 1), at: START }];
    const { entries } = written(late);
    const log = { ...original, entries, head: headOf(entries), notes: notesOf(entries) };
    expect(await check(log, 'L2')).toMatchObject({
      kind: 'broken',
      firstBad: SIZE,
      reason: expect.stringContaining('time'),
    });
  });
});

describe('T7: an operator who shows two auditors two logs, each signed with the real key', () => {
  const FORK = 700;
  const otherEntries = [...original.entries.slice(0, FORK), ...rewritten(FORK).slice(FORK)];
  const other = withEntries(otherEntries, { head: headOf(otherEntries), notes: notesOf(otherEntries) });
  const told = (log: Log, notes: readonly string[]) =>
    verifyRecord(sourceOf(log), {
      trust: TRUST,
      outside: [{ by: 'the other auditor', notes }],
      deep: false,
      now: NOW,
    });

  test('control: each of them verifies by itself, at the level that signatures show', async () => {
    for (const log of [original, other])
      expect(await check(log, 'L2')).toMatchObject({ kind: 'verified', level: 2, entries: SIZE });
  });

  test('they compare what they were given: it is told who disagrees, and from where on', async () => {
    for (const [log, notes] of [
      [original, other.notes],
      [other, original.notes],
    ] as const)
      expect(await told(log, notes)).toMatchObject({
        kind: 'broken',
        code: 'rewritten',
        // The last checkpoint that both of them have.
        firstBad: 512,
        reason: expect.stringContaining('the other auditor'),
      });
  });
});

describe('T4: one entry at a time, for a log of 300', () => {
  const SHORT = 300;
  const { entries } = logOf(items(SHORT));
  const verify = (changed: readonly Buffer[]) =>
    verifyRecord(sourceOf({ entries: changed, head: headOf(entries), notes: [], values: [] }), {
      trust: null,
      outside: [],
      deep: false,
      now: NOW,
    });

  test('each deleted once', async () => {
    for (let at = 0; at < SHORT; at += 1)
      expect(await verify(entries.toSpliced(at, 1))).toMatchObject({ kind: 'broken', firstBad: at });
  });

  test('each pair of neighbours swapped once', async () => {
    for (let at = 0; at < SHORT - 1; at += 1) {
      const swapped = entries.toSpliced(at, 2, ...entries.slice(at, at + 2).toReversed());
      expect(await verify(swapped)).toMatchObject({ kind: 'broken', firstBad: at });
    }
  });

  test('the tail cut at every length, against a copy of its checkpoint kept elsewhere', async () => {
    const outside = [{ by: 'the copy elsewhere', notes: [noteAt(entries, SHORT)] }];
    for (let size = 1; size < SHORT; size += 1) {
      const left = entries.slice(0, size);
      const log = { entries: left, head: headOf(left), notes: notesOf(left), values: [] };
      const verdict = await verifyRecord(sourceOf(log), { trust: TRUST, outside, deep: false, now: NOW });
      expect(verdict).toMatchObject({ kind: 'broken', code: 'cut', firstBad: size });
    }
  });
});

describe('T11: signs of life', () => {
  const HOUR = 3_600_000;
  const opened = act('log_opened', {}, START);
  const verify = (list: readonly Item[]) => check(logOf(list), 'L2');
  const later = (n: number, at: number): Item => ({ happening: fact('d', n), at });

  test('a silence that nobody explains is a fault: a cut end would look like a quiet night', async () => {
    const verdict = await verify([opened, ...[1, 2].map((n) => later(n, START + n)), later(3, START + HOUR)]);
    expect(verdict).toMatchObject({ kind: 'broken', code: 'silence', firstBad: 3 });
  });

  test('one that ends with a worker that opens the log is none', async () => {
    const again = act('log_opened', {}, START + HOUR, '2');
    expect(await verify([opened, later(1, START + 1), again, later(2, START + HOUR + 1)])).toMatchObject({
      kind: 'verified',
    });
  });

  test('nor is one through which there were heartbeats', async () => {
    const beats = Array.from({ length: 12 }, (_, n) =>
      act('log_heartbeat', { size: n }, START + (n + 1) * 300_000, String(n)),
    );
    expect(await verify([opened, ...beats, later(1, START + HOUR + 1)])).toMatchObject({ kind: 'verified' });
  });
});

describe('T5: what a damaged file looks like from elsewhere', () => {
  test('a log that lost its tail without a trace is shorter than witnessed', async () => {
    const left = original.entries.slice(0, 950);
    const log = { ...original, entries: left, head: headOf(left), notes: notesOf(left) };
    expect(await check(log, 'L3')).toMatchObject({
      kind: 'broken',
      code: 'cut',
      firstBad: 950,
      reason: expect.stringContaining('shorter than witnessed'),
    });
  });
});

test('the leaf of an entry is what the next one names', () => {
  const [first, second] = original.entries;
  expect(second?.toString()).toContain(leafOf(first ?? Buffer.alloc(0)));
});
