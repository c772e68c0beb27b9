import { describe, expect, test } from '@jest/globals';
import type { Call } from '../../workflows/ports.ts';
import type { Outcome } from '../../workflows/walk/outcome.ts';
import { fitting, liveStatus, reportOf, type TaskReport } from '../../workflows/walk/report.ts';
import { freshState, recordOf, type TaskRecord } from '../../workflows/walk/state.ts';
import { DENY, plan, RUN, START, task } from './samples.ts';

const given = plan([task('a', { approvalRequired: true }), task('b', { layer: 1, needs: [{ task: 'a' }] })]);
const iso = (ms: number): string => new Date(ms).toISOString();
const fault = { code: 'refused', message: 'the provider said no' };
const person = { by: 'sam', reason: 'not today', assurance: 'V0' } as const;

function report(a: Partial<TaskRecord>, b: Partial<TaskRecord> = {}) {
  const state = freshState(given, START);
  Object.assign(recordOf(state, 'a'), a);
  Object.assign(recordOf(state, 'b'), b);
  const told = reportOf(given, RUN, state, iso);
  const [one, two] = [told.tasks['a'], told.tasks['b']];
  if (one === undefined || two === undefined) throw new Error('a report without its tasks');
  return { told, one, two, live: liveStatus(given, state) };
}

/** The record that case tools have always read. */
const FOURTEEN: readonly (keyof TaskReport)[] = [
  'task_id',
  'case_id',
  'playbook_id',
  'task_name',
  'task_type',
  'inputs',
  'needs',
  'approval_required',
  'idempotency_key',
  'status',
  'output',
  'error',
  'approved_by',
  'executed_at',
];

describe('a run as its reader sees it', () => {
  test('every task has the fourteen fields that case tools read, first and in their order', () => {
    expect(Object.keys(report({}).one).slice(0, 14)).toEqual(FOURTEEN);
  });

  test('a task that was done says by whom it was approved, what it gave and when', () => {
    const { one } = report({
      outcome: { status: 'completed', output: { removed: ['f1'] } },
      approvedBy: ['sam', 'ines'],
      inputs: { filter_ids: ['f1'] },
      key: 'del-alice',
      attempts: 2,
      rules: ['mail.filters'],
      startedAt: START,
      settledAt: START + 1500,
    });
    expect(one).toMatchObject({
      task_id: 'cordon-sample-CASE-1/chain-1/a',
      case_id: 'CASE-1',
      playbook_id: 'sample',
      inputs: { filter_ids: ['f1'] },
      approval_required: true,
      idempotency_key: 'del-alice',
      status: 'completed',
      output: { removed: ['f1'] },
      error: null,
      approved_by: 'sam, ines',
      approvers: ['sam', 'ines'],
      executed_at: '2026-01-05T09:00:01.500Z',
      started_at: '2026-01-05T09:00:00.000Z',
      attempts: 2,
      rules: ['mail.filters'],
      reason: null,
    });
  });

  const reasons: readonly (readonly [Outcome, Partial<TaskReport>])[] = [
    [
      { status: 'failed', fault },
      { error: fault.message, error_code: 'refused', reason: fault.message },
    ],
    [
      { status: 'indeterminate', fault },
      { error_code: 'refused', reason: fault.message },
    ],
    [
      { status: 'denied', verdict: DENY },
      { error: null, reason: 'not here (sample.deny)' },
    ],
    [{ status: 'rejected', person }, { reason: 'sam: not today' }],
    [{ status: 'expired' }, { reason: 'nobody answered in time' }],
    [{ status: 'cancelled' }, { reason: 'the run was cancelled' }],
    [
      { status: 'action_required', instructions: 'enrol' },
      { reason: 'enrol', output: null },
    ],
    [{ status: 'completed', output: {}, settledBy: person }, { reason: 'confirmed by sam' }],
    [
      { status: 'skipped', why: 'condition' },
      { reason: 'its condition was false', output: null },
    ],
    [{ status: 'skipped', why: 'needs_skipped' }, { reason: 'everything it needs was skipped' }],
    [
      { status: 'skipped', why: 'already_done', output: { y: 1 } },
      { reason: 'done before under the same key', output: { y: 1 }, executed_at: null },
    ],
    [
      { status: 'blocked', by: [{ task: 'a', status: 'failed' }] },
      { reason: 'a was failed', blocked_by: ['a'], needs: ['a'] },
    ],
  ];
  test.each(reasons)('%j is told as %j', (outcome, expected) => {
    expect(report({}, { outcome, settledAt: START }).two).toMatchObject({
      status: outcome.status,
      ...expected,
    });
  });
});

describe('a run under way', () => {
  const done = { outcome: { status: 'completed', output: {} } } as const;
  const call = {} as Call;
  const confirmation = {
    phase: 'waiting',
    waiting: {
      kind: 'confirmation',
      call,
      instructions: 'enrol',
      onceDone: {},
      since: 0,
      until: 1,
      polls: 0,
    },
  } as const;

  test('says what each task waits for, and for a last step what a person must do', () => {
    expect(report({}).one.status).toBe('pending');
    expect(report({ phase: 'running' }).one.status).toBe('running');
    expect(report(confirmation).one).toMatchObject({ status: 'waiting_confirmation', reason: 'enrol' });
    const settlement = { kind: 'settlement', call, fault, since: 0, until: 1 } as const;
    expect(report({ phase: 'waiting', waiting: settlement }).one.status).toBe('waiting_settlement');
  });

  test('is running while anything moves, waiting while only people are awaited', () => {
    expect(report({ phase: 'running' }).live).toBe('running');
    expect(report(confirmation, { phase: 'running' }).live).toBe('running');
    expect(report(confirmation).live).toBe('waiting');
    expect(report(done).live).toBe('running');
    expect(report(done, done).live).toBe('completed');
  });

  test('counts its tasks by what they are now', () => {
    expect(report(done, confirmation).told.counts).toEqual({ completed: 1, waiting_confirmation: 1 });
    expect(report(done, done).told).toMatchObject({ status: 'completed', counts: { completed: 2 } });
  });
});

describe('a report as the result of a run', () => {
  /** The first task failed after it was given this much, the second was done and gave as much again. */
  const sized = (characters: number) => {
    const text = 'x'.repeat(characters);
    return report(
      { inputs: { text }, outcome: { status: 'failed', fault }, attempts: 3, settledAt: START },
      { inputs: { text }, outcome: { status: 'completed', output: { text } }, settledAt: START + 1500 },
    ).told;
  };

  test('is the whole report as long as it fits', () => {
    const told = sized(600_000);
    expect(fitting(told)).toBe(told);
  });

  test('above 1.9 MB goes without inputs and outputs, and still tells how every task ended', () => {
    const told = sized(650_000);
    const fitted = fitting(told);
    expect(JSON.stringify(fitted).length).toBeLessThan(10_000);
    const { a, b } = told.tasks;
    expect(fitted).toEqual({
      ...told,
      tasks: {
        a: { ...a, inputs: {}, output: null },
        b: {
          ...b,
          inputs: {},
          output: null,
          reason: expect.stringContaining('inputs and output are left out'),
        },
      },
    });
    expect([fitted.status, fitted.counts]).toEqual(['failed', { failed: 1, completed: 1 }]);
    // Why a task failed says more than why its output is missing.
    expect(fitted.tasks['a']).toMatchObject({ status: 'failed', reason: fault.message, attempts: 3 });
  });
});
