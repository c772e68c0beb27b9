import { describe, expect, test } from '@jest/globals';
import { prefixOf, runText } from '../../workflows/audit/run-text.ts';

const run = {
  workflowId: 'cordon-"quoted"-1',
  chain: 'chain-1',
  startedAt: 1_790_000_000_000,
  caseId: 'CASE-1',
  playbook: 'email_takeover_v1',
};

describe('what every entry of a run says of it', () => {
  test('is canonical JSON, and the beginning of its ids', () => {
    expect(runText(run)).toMatchObject({
      name: 'chain-1',
      prefix: prefixOf(1_790_000_000_000),
      started: '2026-09-21T14:13:20.000Z',
      chain: '"chain-1"',
      caseId: '"CASE-1"',
      playbook: '"email_takeover_v1"',
      workflow: '"cordon-\\"quoted\\"-1"',
    });
    expect(prefixOf(1_790_000_000_000)).toBe('01a0c4506c00');
  });

  test('is told once for a run, and anew as soon as anything about it is another', () => {
    expect(runText({ ...run })).toBe(runText(run));
    for (const other of [{ workflowId: 'w' }, { startedAt: 1 }, { caseId: 'c' }, { playbook: 'p' }]) {
      const told = runText({ ...run, ...other });
      expect(told.of).toEqual({ ...run, ...other });
      expect(runText(run).of).toEqual(run);
    }
  });

  test('is not remembered of more runs than a thousand', () => {
    const first = runText(run);
    for (let n = 0; n < 1000; n += 1) runText({ ...run, chain: `many-${n}` });
    expect(runText(run)).toEqual(first);
    expect(runText(run)).not.toBe(first);
  });

  test('keeps what is no character from the name by which a run is found', () => {
    expect(runText({ ...run, chain: 'half \ud800' })).toMatchObject({
      name: 'half \ufffd',
      chain: '"half \ufffd"',
    });
  });

  test('is refused for a time that is none', () => {
    expect(() => runText({ ...run, startedAt: -1 })).toThrow(RangeError);
  });
});
