import { describe, expect, test } from '@jest/globals';
import { STATUSES, type Status } from '../../workflows/language/playbook.ts';
import { isReached, runStatus, samePerson } from '../../workflows/walk/outcome.ts';

describe('what the ends of its tasks make of a run', () => {
  const alone: { readonly [status in Status]: string } = {
    completed: 'completed',
    skipped: 'completed',
    failed: 'failed',
    indeterminate: 'failed',
    denied: 'incomplete',
    rejected: 'incomplete',
    expired: 'incomplete',
    blocked: 'incomplete',
    action_required: 'incomplete',
    cancelled: 'cancelled',
  };

  test.each(STATUSES)('one task %s beside others that were reached', (status) => {
    for (const statuses of [[status], ['completed', status], [status, 'skipped', 'completed']] as const)
      expect(runStatus(statuses as readonly Status[])).toBe(alone[status]);
  });

  test.each([
    [['denied', 'failed', 'blocked'], 'failed'],
    [['failed', 'denied'], 'failed'],
    [['failed', 'cancelled', 'completed'], 'cancelled'],
    [['indeterminate', 'rejected'], 'failed'],
    [[], 'completed'],
  ] as const)('%j make a run that is %s: the worst of them tells', (statuses, expected) => {
    expect(runStatus(statuses)).toBe(expected);
  });

  test('a status nobody declared never passes for a success', () => {
    expect(() => runStatus(['completed', 'approved' as Status])).toThrow(
      'a status nobody declared: approved',
    );
  });
});

describe('who counts as the same person', () => {
  test.each([
    ['sam', 'SAM'],
    ['sam', '  sam '],
    ['sam', 'ｓａｍ'],
    ['Åsa', 'A\u030asa'],
  ])('%j and %j are one', (one, other) => {
    expect(samePerson(one, other)).toBe(true);
  });

  test('two names are two persons', () => {
    expect(samePerson('sam', 'sam2')).toBe(false);
  });
});

test('only what was completed, or was done before, has an output that others may use', () => {
  expect(isReached({ status: 'completed', output: {} })).toBe(true);
  expect(isReached({ status: 'skipped', why: 'already_done', output: {} })).toBe(true);
  expect(isReached({ status: 'skipped', why: 'condition' })).toBe(false);
  expect(isReached({ status: 'expired' })).toBe(false);
});
