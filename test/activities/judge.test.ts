import { describe, expect, test } from '@jest/globals';
import { createJudge } from '../../activities/judge.ts';
import { claimKey, inputsDigest } from '../../activities/keys.ts';
import type { PolicyQuestion } from '../../activities/policy/engine.ts';
import { createMemoryLedger } from '../../activities/stores/index.ts';
import { StoreError, type Ledger } from '../../activities/stores/ledger.ts';
import type { Question } from '../../workflows/ports.ts';
import type { Verdict } from '../../workflows/walk/verdict.ts';
import {
  ALLOW,
  entriesOf,
  eventsIn,
  noted,
  OTHER_RUN,
  policyOf,
  question,
  RUN,
  START,
  worldOf,
  type Given,
  putCard,
} from './samples.ts';

const fresh = (): Ledger => createMemoryLedger({ log: 'test', now: () => START });

/** Policy that always says this, and remembers what it was asked. */
function saying(verdict: Verdict) {
  const asked: PolicyQuestion[] = [];
  const policy = policyOf(
    async (one) => {
      asked.push(one);
      return verdict;
    },
    { set: { name: 'sample', digest: verdict.policySet } },
  );
  return { asked, policy };
}

async function judge(ledger: Ledger, given: Given = {}, asked: Question = question(), run = RUN) {
  const { world } = worldOf(ledger, given);
  return createJudge(world)({ run, facts: [noted()], question: asked, at: START });
}

async function claim(
  ledger: Ledger,
  digest: string,
  result: 'done' | 'indeterminate' | 'action_required' | 'retry',
) {
  const key = claimKey(question(), RUN);
  const owner = { workflowId: OTHER_RUN.workflowId, chain: OTHER_RUN.chain, task: 'clean' };
  const { answer } = await ledger.begin({ key, owner, inputsDigest: digest, now: START });
  if (answer.kind !== 'begun') throw new Error(answer.kind);
  await ledger.finish({ key, fence: answer.fence, result, output: { removed: ['f1'] }, now: START });
}

const DIGEST = inputsDigest('RemoveFilters', 'mail', { user: 'alice', ids: ['f1'] });

describe('inputs', () => {
  test.each([
    ['lack a field', { ids: [] }],
    ['name a field nobody knows', { user: 'alice', filters: [] }],
    ['hold a value of another type', { user: 'alice', ids: 'f1' }],
    ['hold a value out of bounds', { user: 'al' }],
  ])('that %s are refused: policy is not asked, and the fault says what is wrong', async (_, inputs) => {
    const ledger = fresh();
    const { asked, policy } = saying(ALLOW);
    const judgement = await judge(ledger, { policy }, question({ inputs }));
    expect(judgement).toMatchObject({ kind: 'invalid', fault: { code: 'invalid_inputs' } });
    expect(asked).toEqual([]);
    expect(await eventsIn(ledger)).toEqual(['task_started']);
  });

  test('or a key with half a character in them are refused, and the run goes on', async () => {
    const inputs = { user: 'alice', ids: ['\ud83d'] };
    const fault = { code: 'invalid_inputs', message: expect.stringContaining('$.inputs.ids[0]') as unknown };
    expect(await judge(fresh(), {}, question({ inputs }))).toMatchObject({ kind: 'invalid', fault });
    const key = { key: 'k\ud83d', scope: 'case' } as const;
    expect(await judge(fresh(), {}, question({ key }))).toMatchObject({ kind: 'invalid' });
  });

  test('of a type nobody knows are refused', async () => {
    const judgement = await judge(fresh(), {}, question({ type: 'Nothing' }));
    expect(judgement).toMatchObject({ kind: 'invalid', fault: { code: 'unknown_type' } });
  });

  test('get their type’s defaults, and those are what is judged', async () => {
    const judgement = await judge(fresh(), {}, question({ inputs: { user: 'alice' } }));
    expect(judgement).toMatchObject({
      kind: 'decided',
      inputs: { user: 'alice', ids: [] },
      inputsDigest: inputsDigest('RemoveFilters', 'mail', { user: 'alice', ids: [] }),
    });
  });

  test('are not quoted where they are wrong', async () => {
    const judgement = await judge(fresh(), {}, question({ inputs: { user: 'alice', ids: 'hunter2' } }));
    expect(JSON.stringify(judgement)).not.toContain('hunter2');
  });
});

describe('the look-up of the key', () => {
  test('finds what was done with the same inputs, so nobody is asked', async () => {
    const ledger = fresh();
    await claim(ledger, DIGEST, 'done');
    const { asked, policy } = saying(ALLOW);
    expect(await judge(ledger, { policy })).toMatchObject({
      kind: 'already_done',
      output: { removed: ['f1'] },
      key: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
    });
    expect(asked).toEqual([]);
    expect(await eventsIn(ledger)).toEqual(['task_started']);
  });

  test.each(['done', 'retry', 'indeterminate', 'action_required'] as const)(
    'finds the key in use with other inputs (%s): a conflict, and nobody is asked',
    async (state) => {
      const ledger = fresh();
      await claim(ledger, 'f'.repeat(64), state);
      const { asked, policy } = saying(ALLOW);
      const judgement = await judge(ledger, { policy });
      expect(judgement).toMatchObject({ kind: 'conflict', fault: { code: 'key_conflict' } });
      expect(asked).toEqual([]);
    },
  );

  test.each(['retry', 'indeterminate', 'action_required'] as const)(
    'that finds something begun and not done (%s) leaves it to the call: policy is asked',
    async (state) => {
      const ledger = fresh();
      await claim(ledger, DIGEST, state);
      expect((await judge(ledger)).kind).toBe('decided');
    },
  );

  test('is within the key’s scope: another case finds nothing', async () => {
    const ledger = fresh();
    await claim(ledger, DIGEST, 'done');
    const elsewhere = { ...RUN, caseId: 'CASE-2' };
    expect((await judge(ledger, {}, question(), elsewhere)).kind).toBe('decided');
  });
});

describe('the verdict', () => {
  const denied: Verdict = {
    ...ALLOW,
    effect: 'deny',
    rules: [{ id: 'assets.protected', effect: 'guard', reason: 'this account is protected' }],
  };

  test('is in the record before it is heard, with rules, reasons and the digest of the inputs', async () => {
    const ledger = fresh();
    const judgement = await judge(ledger, { policy: saying(denied).policy });
    expect(judgement).toMatchObject({ kind: 'decided', verdict: denied, label: 'clean:clean-alice' });
    const entries = await entriesOf(ledger);
    expect(entries.map(({ event }) => event)).toEqual(['task_started', 'policy_checked']);
    expect(entries[1]?.details).toEqual({
      effect: 'deny',
      rules: [{ id: 'assets.protected', effect: 'guard', reason: 'this account is protected' }],
      obligations: [],
      engine: 'sample',
      policy_set: ALLOW.policySet,
      inputs: DIGEST,
      approvals: 0,
      errors: [],
    });
  });

  test('is not given when it cannot be recorded', async () => {
    const ledger = fresh();
    const lost = new StoreError('store_unavailable', 'the disk is full');
    const broken: Ledger = { ...ledger, append: () => Promise.reject(lost) };
    await expect(judge(broken)).rejects.toBe(lost);
  });

  test('of a policy that could not decide is recorded as what it is', async () => {
    const ledger = fresh();
    await judge(ledger, { policy: saying({ ...denied, errors: ['no such type'] }).policy });
    const entries = await entriesOf(ledger);
    expect(entries[1]).toMatchObject({ event: 'policy_check_error', details: { errors: ['no such type'] } });
  });

  test('given twice is recorded once, unless it is another one', async () => {
    const ledger = fresh();
    await judge(ledger);
    await judge(ledger);
    expect(await eventsIn(ledger)).toEqual(['task_started', 'policy_checked']);
    await judge(ledger, { policy: saying(denied).policy });
    expect(await eventsIn(ledger)).toEqual(['task_started', 'policy_checked', 'policy_checked']);
  });

  test('is asked of every target once, with everything policy may decide by', async () => {
    const { asked, policy } = saying(ALLOW);
    const ledger = fresh();
    const approvals = [{ by: 'sam', assurance: 'V0', card: await putCard(ledger) }] as const;
    const contracts = question({ inputs: { user: 'mail' }, approvals });
    await judge(ledger, { policy }, contracts);
    expect(asked).toEqual([
      {
        task: 'clean',
        type: 'RemoveFilters',
        connector: 'mail',
        reversibility: 'A',
        severity: 'medium',
        chain: RUN.chain,
        playbook: 'sample',
        playbookVersion: '1',
        caseId: 'CASE-1',
        requestedBy: 'riley',
        approvals: [{ by: 'sam', assurance: 'V0', groups: [] }],
        roster: false,
        mode: 'development',
        at: START,
        startedAt: START,
        marking: { tlp: null, pap: null },
        reaches: [],
        targets: ['mail'],
      },
    ]);
  });

  test('comes with a digest for a label where the operator wants no keys shown', async () => {
    const judgement = await judge(fresh(), { labels: 'digest' });
    expect(judgement).toMatchObject({ label: expect.stringMatching(/^clean:[0-9a-f]{32}$/) as unknown });
  });
});
