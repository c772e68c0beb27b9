import { describe, expect, test } from '@jest/globals';
import { STATUSES, type Join, type Need, type Status } from '../../workflows/language/playbook.ts';
import { turnOf } from '../../workflows/walk/needs.ts';
import type { Outcome } from '../../workflows/walk/outcome.ts';
import { DENY } from './samples.ts';

const person = { by: 'sam', reason: 'no', assurance: 'V0' } as const;
const fault = { code: 'x', message: 'x' };

const OUTCOMES: { readonly [name: string]: Outcome } = {
  completed: { status: 'completed', output: {} },
  done_before: { status: 'skipped', why: 'already_done', output: {} },
  skipped: { status: 'skipped', why: 'condition' },
  needs_skipped: { status: 'skipped', why: 'needs_skipped' },
  failed: { status: 'failed', fault },
  denied: { status: 'denied', verdict: DENY },
  rejected: { status: 'rejected', person },
  expired: { status: 'expired' },
  blocked: { status: 'blocked', by: [] },
  cancelled: { status: 'cancelled' },
  indeterminate: { status: 'indeterminate', fault },
  action_required: { status: 'action_required', instructions: 'enrol' },
};

/** Needs are named after how they ended. `task:status,status` lists what satisfies a need. */
function turn(join: Join, ...written: readonly string[]) {
  const needs = written.map((text): Need => {
    const [name = '', on] = text.split(':');
    return on === undefined ? { task: name } : { task: name, on: on.split(',') as Status[] };
  });
  return turnOf({ needs, join }, (name) => OUTCOMES[name] ?? null);
}

const RUN = { kind: 'run' };
const SKIP = { kind: 'skip' };
const block = (...by: readonly (readonly [task: string, status: Status])[]) => ({
  kind: 'block',
  by: by.map(([task, status]) => ({ task, status })),
});

describe('what a task’s needs make of it', () => {
  test('a task without needs runs', () => {
    expect(turn('all')).toEqual(RUN);
  });

  test('there is a sample of every way a task can end', () => {
    expect(new Set(Object.values(OUTCOMES).map(({ status }) => status))).toEqual(new Set(STATUSES));
  });

  test.each(['completed', 'done_before'])('%s is reached: what needs it runs', (need) => {
    expect(turn('all', need)).toEqual(RUN);
  });

  test.each([
    'failed',
    'denied',
    'rejected',
    'expired',
    'blocked',
    'cancelled',
    'indeterminate',
    'action_required',
  ] as const)('%s is not reached: what needs it is blocked, and says by whom', (need) => {
    expect(turn('all', need)).toEqual(block([need, need]));
    expect(turn('all', 'completed', need)).toEqual(block([need, need]));
  });

  test.each([
    ['all', ['completed', 'skipped'], RUN],
    ['all', ['skipped', 'needs_skipped'], SKIP],
    ['all', ['skipped', 'failed'], block(['failed', 'failed'])],
    ['all', ['failed', 'denied'], block(['failed', 'failed'], ['denied', 'denied'])],
    ['any', ['failed', 'completed'], RUN],
    ['any', ['failed', 'skipped'], block(['failed', 'failed'])],
    ['any', ['skipped', 'needs_skipped'], SKIP],
    [1, ['failed', 'completed', 'denied'], RUN],
    [2, ['failed', 'completed', 'done_before'], RUN],
    [2, ['failed', 'completed', 'skipped'], block(['failed', 'failed'])],
    [2, ['completed', 'skipped', 'needs_skipped'], SKIP],
    [3, ['completed', 'done_before', 'skipped'], SKIP],
  ] as const)('join %s of %j gives %j', (join, needs, expected) => {
    expect(turn(join, ...needs)).toEqual(expected);
  });

  test.each([
    ['all', ['failed:failed,expired'], RUN],
    ['all', ['completed:failed'], block(['completed', 'completed'])],
    ['all', ['skipped:skipped'], RUN],
    ['all', ['skipped:completed'], block(['skipped', 'skipped'])],
    ['all', ['done_before:completed'], block(['done_before', 'skipped'])],
    ['all', ['completed:completed', 'failed:failed'], RUN],
    ['any', ['completed:failed', 'failed:failed'], RUN],
    [2, ['completed:failed', 'failed:failed'], block(['completed', 'completed'])],
  ] as const)(
    'a need with listed statuses takes them literally: join %s of %j gives %j',
    (join, needs, expected) => {
      expect(turn(join, ...needs)).toEqual(expected);
    },
  );

  test('to ask before every need is settled is a mistake of ours', () => {
    expect(() => turn('any', 'completed', 'unsettled')).toThrow('whose need unsettled is not settled');
  });
});
