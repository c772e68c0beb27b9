import { describe, expect, test } from '@jest/globals';
import { STATUSES } from '../../workflows/language/playbook.ts';
import { endOf, fold } from '../../workflows/walk/ending.ts';
import { EVENTS, type EventName, type Fact } from '../../workflows/walk/fact.ts';
import type { Outcome } from '../../workflows/walk/outcome.ts';
import { DENY } from './samples.ts';

const person = { by: 'sam', reason: 'not today', assurance: 'V0' } as const;
const fault = { code: 'refused', message: 'the provider said no' };

const ENDS: readonly (readonly [Outcome, EventName, Fact['details']])[] = [
  [{ status: 'completed', output: { secretive: 'value' } }, 'task_completed', {}],
  [{ status: 'completed', output: {}, settledBy: person }, 'task_completed', { settled_by: 'sam' }],
  [
    { status: 'skipped', why: 'already_done', output: { secretive: 'value' } },
    'task_skipped_idempotent',
    { why: 'already_done' },
  ],
  [{ status: 'skipped', why: 'condition' }, 'task_skipped_condition', { why: 'condition' }],
  [{ status: 'skipped', why: 'needs_skipped' }, 'task_skipped_condition', { why: 'needs_skipped' }],
  [{ status: 'failed', fault }, 'task_failed', { ...fault }],
  [{ status: 'denied', verdict: DENY }, 'task_policy_failed', { rules: ['sample.deny'] }],
  [{ status: 'rejected', person }, 'task_rejected', { ...person }],
  [{ status: 'expired' }, 'task_expired', {}],
  [
    { status: 'blocked', by: [{ task: 'a', status: 'failed' }] },
    'task_blocked',
    { by: [{ task: 'a', status: 'failed' }] },
  ],
  [{ status: 'cancelled' }, 'task_cancelled', {}],
  [{ status: 'indeterminate', fault }, 'task_indeterminate', { ...fault }],
  [{ status: 'action_required', instructions: 'enrol' }, 'task_action_required', {}],
];

function fact(event: EventName, task: string | null, details: Fact['details'] = {}): Fact {
  return { event, task, details };
}

describe('the fact that says how a task ended', () => {
  test('there is one for every status', () => {
    expect(new Set(ENDS.map(([{ status }]) => status))).toEqual(new Set(STATUSES));
  });

  test.each(ENDS)('%j leaves %s, with the status and no output', (outcome, event, details) => {
    expect(endOf(outcome)).toEqual({ event, details: { status: outcome.status, ...details } });
    expect(EVENTS).toContain(event);
  });
});

describe('a run told again from its facts', () => {
  test('a task is pending until a fact carries its status', () => {
    const facts = [fact('task_created', 'a'), fact('task_created', 'b'), fact('task_started', 'a')];
    expect(fold(facts)).toEqual({ status: 'running', tasks: { a: 'pending', b: 'pending' } });
  });

  test.each(ENDS)('%j is read back from its fact', (outcome) => {
    const { event, details } = endOf(outcome);
    const facts = [fact('task_created', 'a'), fact(event, 'a', details), fact('playbook_completed', null)];
    expect(fold(facts).tasks).toEqual({ a: outcome.status });
  });

  test('that a call’s fate is open, or a step a person’s, does not end the task', () => {
    const open = [
      fact('task_created', 'a'),
      fact('task_indeterminate', 'a', { ...fault, expires_at: 5 }),
      fact('task_created', 'b'),
      fact('task_action_required', 'b', { expires_at: 5 }),
    ];
    expect(fold(open).tasks).toEqual({ a: 'pending', b: 'pending' });
  });

  test('the run’s status follows from its tasks once the run is over, and not before', () => {
    const ended = [fact('task_created', 'a'), fact('task_failed', 'a', { status: 'failed' })];
    expect(fold(ended).status).toBe('running');
    expect(fold([...ended, fact('playbook_completed', null, { status: 'completed' })]).status).toBe('failed');
  });

  test('a status nobody declared ends nothing, and a task named like a built-in is a task', () => {
    const facts = [
      fact('task_created', 'constructor'),
      fact('task_completed', 'constructor', { status: 'approved' }),
      fact('task_created', '__proto__'),
      fact('task_completed', '__proto__', { status: 'completed' }),
    ];
    const { tasks } = fold(facts);
    expect(Object.entries(tasks)).toEqual([
      ['constructor', 'pending'],
      ['__proto__', 'completed'],
    ]);
  });
});
