/** What evidence in history explains an entry without a receipt, and what does not; seals, and histories that are gone. */
import { describe, expect, test } from '@jest/globals';
import { compareRun, type Comparison } from '../../activities/reconcile/compare.ts';
import type { Execution } from '../../activities/reconcile/execution.ts';
import type { LogEntry } from '../../activities/reconcile/log-entry.ts';
import { sealEvent } from '../../activities/reconcile/seal.ts';
import { createTally, MOST_FINDINGS } from '../../activities/reconcile/tally.ts';
import { compare, entriesIn, events, execution, lines, RUN } from './samples.ts';
import { remove, rewriteLog } from './tampering.ts';

const DAY = 24 * 3_600_000;
const START = Date.UTC(2026, 0, 5);

const ran = (given: Partial<Execution> = {}): Execution => ({
  workflow: 'w',
  run: 'run-1',
  chain: 'run-1',
  playbook: 'p',
  caseId: 'c',
  startedAt: START,
  continues: null,
  resetFrom: null,
  original: 'run-1',
  close: { kind: 'completed', at: START + 60_000, next: null },
  events: 10,
  digest: 'd'.repeat(64),
  receipts: [],
  calls: [],
  words: [],
  losses: [],
  openSince: null,
  silentUntil: null,
  lastStep: 10,
  unreadable: [],
  ...given,
});

let made = 0;
const entry = (given: Partial<LogEntry> = {}): LogEntry => {
  made += 1;
  return {
    index: made,
    id: String(made).padStart(32, '0'),
    leaf: String(made).padStart(64, '0'),
    event: 'policy_checked',
    task: 'a',
    details: {},
    coordinate: `judge/a/0`,
    run: 'run-1',
    workflow: 'w',
    caseId: 'c',
    playbook: 'p',
    startedAt: START,
    happenedAt: START + 1_000,
    recordedAt: START + 1_000,
    ...given,
  };
};
const receiptOf = ({ index, id, leaf }: LogEntry) => ({ index, id, leaf, event: 5 });

const compared = (
  executions: readonly Execution[],
  entries: readonly LogEntry[],
  gone: readonly string[] = [],
  now = START + DAY,
): Comparison =>
  compareRun({ workflow: 'w', run: 'run-1', executions, gone, entries, retention: { ms: DAY, now } });
const whys = ({ explained }: Comparison) => explained.map(({ why }) => why);
const kinds = ({ findings }: Comparison) => findings.map(({ kind }) => kind);

describe('an entry without a receipt', () => {
  const loss = { from: START, to: START + 5_000 };

  test('is a step run again where a step was lost at that time, and its like has a receipt', () => {
    const [first, second] = [entry(), entry()];
    const run = ran({ losses: [loss], receipts: [receiptOf(second)] });
    expect(whys(compared([run], [first, second]))).toEqual([{ kind: 'step_again', execution: 'run-1' }]);
  });

  test('is a step that was dropped where nothing like it came later', () => {
    expect(whys(compared([ran({ losses: [loss] })], [entry()]))).toEqual([
      { kind: 'step_dropped', execution: 'run-1' },
    ]);
  });

  test('is forged where no step was lost at that time, also when its like has a receipt', () => {
    const [late, second] = [entry({ happenedAt: START + 6_000 }), entry()];
    const run = ran({ losses: [loss], receipts: [receiptOf(second)] });
    expect(kinds(compared([run], [late, second]))).toEqual(['entry_forged']);
  });

  test('of a run that goes on was recorded by the step that is under way', () => {
    const run = ran({ close: { kind: 'running' }, openSince: START });
    expect(whys(compared([run], [entry()]))).toEqual([{ kind: 'under_way', execution: 'run-1' }]);
    expect(kinds(compared([run], [entry({ happenedAt: START - 1 })]))).toEqual(['entry_forged']);
  });

  const intent = { event: 'connector_intent', coordinate: 'act/a/run-1:2/intent', details: { attempt: 1 } };
  const call = { event: 3, task: 'a', attempts: 2, result: null, handed: [] };

  test.each([
    [
      'terminated',
      ran({ calls: [call], close: { kind: 'terminated', at: START, next: null } }),
      'terminated',
    ],
    ['timed out', ran({ calls: [call], close: { kind: 'timed_out', at: START, next: null } }), 'timed_out'],
  ] as const)('belongs to a call that was under way when the run was %s', (_, run, how) => {
    expect(whys(compared([run], [entry(intent)]))).toEqual([{ kind: 'cut_off', execution: 'run-1', how }]);
  });

  test('belongs to a call that a reset left behind, and says in which execution', () => {
    const left = ran({ calls: [call], close: { kind: 'terminated', at: START, next: null } });
    const copy = ran({ run: 'run-2', resetFrom: 'run-1' });
    expect(whys(compared([left, copy], [entry(intent)]))).toEqual([
      { kind: 'cut_off', execution: 'run-1', how: 'reset' },
    ]);
  });

  test('was handed to a call of which nobody heard again', () => {
    const handed = entry({ coordinate: 'task_started/a', event: 'task_started' });
    const run = ran({
      calls: [{ ...call, handed: [handed.id] }],
      close: { kind: 'terminated', at: START, next: null },
    });
    expect(whys(compared([run], [handed]))).toMatchObject([{ kind: 'cut_off', how: 'terminated' }]);
    expect(kinds(compared([ran()], [handed]))).toEqual(['entry_forged']);
  });
});

describe('words', () => {
  const vote = { event: 4, kind: 'approve', task: 'a', by: 'sam' };
  const counted = (by = 'sam') =>
    entry({ event: 'vote_refused', coordinate: `vote_refused/a/${made}`, details: { kind: 'approve', by } });
  const words = (executions: readonly Execution[], entries: readonly LogEntry[]) =>
    compared(executions, entries).findings.filter(({ kind }) => kind === 'word_without_entry');

  test('that are said twice need two entries; of another person no entry is spent', () => {
    const run = ran({ words: [vote, { ...vote, event: 6 }, { ...vote, event: 8, by: 'kim' }] });
    expect(words([run], [counted(), counted(), counted('kim')])).toEqual([]);
    expect(words([run], [counted(), counted('kim')])).toMatchObject([{ event: 6 }]);
  });

  test('that could not be read are ignored by an entry without a task', () => {
    const run = ran({ words: [{ ...vote, task: null, by: null }] });
    const ignored = entry({ event: 'message_ignored', task: null, details: { kind: 'approve', task: null } });
    expect(words([run], [ignored])).toEqual([]);
    expect(words([run], [])).toHaveLength(1);
  });

  test('of a continued run add up; those that a reset repeats are the same words', () => {
    const first = ran({ words: [vote], close: { kind: 'continued', at: START, next: 'run-2' } });
    const second = ran({ run: 'run-2', continues: 'run-1', words: [vote] });
    const copy = ran({ run: 'run-3', continues: 'run-1', resetFrom: 'run-2', words: [vote] });
    expect(words([first, second, copy], [counted(), counted()])).toEqual([]);
    expect(words([first, second, copy], [counted()]).length).toBeGreaterThan(0);
  });

  test('that came last to a run that was cut off may never have been heard', () => {
    const cut = ran({
      words: [{ ...vote, event: 12 }],
      close: { kind: 'terminated', at: START, next: null },
    });
    expect(words([cut], [])).toEqual([]);
    expect(words([{ ...cut, lastStep: 20 }], [])).toHaveLength(1);
  });

  test('are not what a poll found out', () => {
    const polled = entry({ event: 'task_confirmed', details: { how: 'poll' } });
    expect(words([ran({ words: [{ ...vote, kind: 'confirm' }] })], [polled])).toHaveLength(1);
  });
});

describe('calls', () => {
  const call = (kind: string, made: number) =>
    ran({
      calls: [{ event: 3, task: 'a', attempts: 1, result: { kind, made, witnessed: true }, handed: [] }],
    });

  test.each([
    ['done', 2, 2],
    ['failed', 1, 1],
    ['failed', 0, 0],
    ['action_required', 1, 1],
    ['indeterminate', 1, 1],
    ['indeterminate', 3, 2],
    ['already_done', 0, 0],
    ['cancelled', 0, 0],
  ])('that came to %s after %i attempts must have %i intents', (kind, made, intents) => {
    const found = compared([call(kind, made)], []).findings.map(({ what }) => what);
    expect(found).toEqual(Array.from({ length: intents }, (_, n) => `attempt ${n + 1} of a`));
  });
});

describe('T34, T35: a history that was sealed', () => {
  const at = events.findIndex(({ type }) => type === 'activityTaskScheduled');
  const sealed = async (): Promise<readonly LogEntry[]> => {
    const entries = entriesIn(lines);
    const event = sealEvent(await execution(events), await compare(), entries);
    if (event === null) throw new Error('nothing to seal');
    const { coordinate, details, at: happenedAt } = event.fact;
    expect(details).toMatchObject({ execution: RUN, events: events.length, verdict: 'agrees', findings: {} });
    expect(coordinate).toBe(`sealed/${RUN}`);
    const [known] = entries;
    if (known === undefined) throw new Error('no entries');
    const seal = { ...known, event: event.fact.event, task: null, details, coordinate: `sealed/${RUN}` };
    return [...entries, { ...seal, id: 'f'.repeat(32), index: entries.length, happenedAt }];
  };
  const against = (
    executions: readonly Execution[],
    entries: readonly LogEntry[],
    gone: readonly string[] = [],
    now = entries[0]?.recordedAt ?? 0,
  ) =>
    compareRun({
      workflow: 'w',
      run: RUN,
      executions,
      gone,
      entries,
      retention: { ms: DAY, now },
    });

  test('agrees with its seal for as long as it is there', async () => {
    const { findings, explained } = against([await execution(events)], await sealed());
    expect(findings).toEqual([]);
    expect(explained.at(-1)?.why).toEqual({ kind: 'seal' });
  });

  test('T34: from which a pair of events was taken, with their entry, disagrees with its seal', async () => {
    const history = await execution(events.filter((_, index) => index < at || index > at + 2));
    const short = entriesIn(rewriteLog(lines, remove(11, 12)));
    const [seal] = (await sealed()).slice(-1);
    if (seal === undefined) throw new Error('no seal');
    const { findings } = against([history], [...short, { ...seal, index: short.length }]);
    expect(findings).toContainEqual(
      expect.objectContaining({ kind: 'seal_disagrees', execution: RUN, entry: short.length, trouble: true }),
    );
  });

  test('T35: and that somebody deleted is told as gone after sealing; its seal still speaks for the entries', async () => {
    const { findings, explained } = against([], await sealed(), [RUN]);
    expect(findings).toMatchObject([
      { kind: 'history_gone_after_sealing', trouble: true, entry: lines.length },
    ]);
    expect(findings[0]?.what).toContain('somebody deleted it');
    expect(new Set(explained.map(({ why }) => why.kind))).toEqual(new Set(['sealed', 'seal']));
  });

  test('and whose time is over is gone as it should be', async () => {
    const entries = await sealed();
    const { findings } = against([], entries, [RUN], (entries[0]?.recordedAt ?? 0) + 2 * DAY);
    expect(findings).toMatchObject([{ kind: 'history_gone_after_sealing', trouble: false }]);
  });

  test('covers nothing that came into the log after the seal', async () => {
    const entries = await sealed();
    const late = entry({ index: entries.length, coordinate: 'task_completed/x', event: 'task_completed' });
    expect(kinds(against([], [...entries, late], [RUN]))).toEqual([
      'entry_forged',
      'history_gone_after_sealing',
    ]);
  });

  const sealOf = (execution: string, given: { readonly [name: string]: unknown } = {}, index = 50) =>
    entry({
      index,
      event: 'history_sealed',
      task: null,
      coordinate: `sealed/${execution}`,
      details: {
        execution,
        events: 10,
        digest: 'd'.repeat(64),
        verdict: 'agrees',
        closed_at: START,
        ...given,
      },
    });
  const LATER = START + 10 * DAY;

  test('of an execution that nothing leads to is forged, and explains nothing', () => {
    const invented = [entry({ index: 49, coordinate: 'task_completed/x' }), sealOf('run-9')];
    expect(kinds(compared([ran()], invented, ['run-9'], LATER))).toEqual(['entry_forged', 'entry_forged']);
    const copied = [invented[0], sealOf('run-9', { reset_from: 'run-1' })].flatMap((one) => one ?? []);
    expect(kinds(compared([ran()], copied, ['run-9'], LATER))).toEqual(['entry_forged', 'entry_forged']);
  });

  test('counts for one that was continued or reset, as far as seals and histories lead', () => {
    const last = ran({ run: 'run-3', continues: 'run-2' });
    const told = [
      entry({ index: 49 }),
      sealOf('run-1', { next: 'run-2' }, 50),
      sealOf('run-2', { continues: 'run-1' }, 51),
      sealOf('run-4', { reset_from: 'run-2' }, 52),
    ];
    const { findings, explained } = compared([last], told, ['run-1', 'run-2', 'run-4'], LATER);
    expect(findings.filter(({ trouble }) => trouble)).toEqual([]);
    expect(findings).toHaveLength(3);
    expect(explained.map(({ why }) => why.kind)).toEqual(['sealed', 'seal', 'seal', 'seal']);
  });

  test('a second time covers nothing more, and must say the same', () => {
    const told = [sealOf('run-1'), entry({ index: 51 }), sealOf('run-1', { digest: 'e'.repeat(64) }, 52)];
    expect(kinds(compared([], told, ['run-1'], LATER))).toEqual([
      'entry_forged',
      'seal_disagrees',
      'history_gone_after_sealing',
    ]);
  });

  test('in disagreement stays a finding for ever, also when the history is gone', async () => {
    const forged = entry({ index: 99, coordinate: 'task_completed/x', event: 'task_completed' });
    const disagreeing = compared([ran()], [forged]);
    const event = sealEvent(ran(), disagreeing, [forged]);
    expect(event?.fact.details).toMatchObject({ verdict: 'differs', findings: { entry_forged: 1 } });
    const seal = entry({ index: 100, event: 'history_sealed', details: event?.fact.details ?? {} });
    expect(kinds(compared([], [forged, seal], ['run-1'], START + 10 * DAY))).toEqual([
      'sealed_in_disagreement',
      'history_gone_after_sealing',
    ]);
  });

  test('is closed: a run that goes on has nothing to seal', () => {
    expect(sealEvent(ran({ close: { kind: 'running' } }), compared([], []), [])).toBeNull();
  });
});

describe('all comparisons together', () => {
  const many = (count: number): Comparison =>
    compared(
      [ran({ receipts: Array.from({ length: count }, (_, index) => ({ ...receiptOf(entry()), index })) })],
      [],
    );

  test('name the first bad entry, and do not drown in a log that is gone as a whole', () => {
    const tally = createTally();
    tally.add(many(MOST_FINDINGS + 5));
    expect(tally.end()).toMatchObject({
      agrees: false,
      firstBad: 0,
      more: 5,
      confirmed: 0,
      confirmedTo: null,
    });
  });

  test('agree where nothing was found', () => {
    expect(createTally().end()).toMatchObject({ agrees: true, findings: [], firstBad: null });
  });

  test('take an entry that cannot be read for trouble', () => {
    const tally = createTally();
    tally.unreadable(7, 'its bytes are not JSON in UTF-8');
    expect(tally.end()).toMatchObject({ agrees: false, firstBad: 7 });
  });
});
