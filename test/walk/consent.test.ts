import { describe, expect, test } from '@jest/globals';
import { lineOf } from '../../client/rehearsal/differences.ts';
import type { Message, Ports } from '../../workflows/ports.ts';
import type { Verdict } from '../../workflows/walk/verdict.ts';
import {
  agreeableWorld,
  ALLOW,
  approve,
  decided,
  DENY,
  needing,
  plan,
  RUN,
  START,
  task,
  voices,
  walked,
} from './samples.ts';

const CARD = '1'.padStart(64, '0');
const OTHER = 'f'.repeat(64);
const yes = (by: string): Message => approve(by, CARD);
const no: Message = { kind: 'reject', task: 'risky', digest: CARD, by: 'sam', reason: 'not today' };
const confirm: Message = { kind: 'confirm', task: 'risky', by: 'sam', reason: 'did it' };

const inputs = { kind: 'literal', value: { filter_ids: ['f1'] } } as const;
const gated = plan([
  task('risky', { approvalRequired: true, inputs, connector: 'mail', reversibility: 'B' }),
]);

interface Asked {
  readonly said?: Parameters<typeof voices>[0];
  /** Policy's verdicts, one after another; the last one stays. */
  readonly verdicts?: readonly Verdict[];
  readonly given?: Partial<Ports>;
}

async function ask({ said = [], verdicts = [ALLOW], given = {} }: Asked) {
  const { hear, replies } = voices(said);
  let asked = 0;
  const questions: Parameters<Ports['judge']>[0][] = [];
  const base = agreeableWorld();
  const world = agreeableWorld({
    hear,
    async judge(question, facts) {
      await base.ports.record(facts);
      questions.push(question);
      world.facts.push(...facts);
      return decided(question, verdicts[Math.min(asked++, verdicts.length - 1)] ?? ALLOW);
    },
    ...given,
  });
  const { state } = await walked(gated, world.ports);
  const risky = state.tasks['risky'];
  return { ...world, risky, replies, questions, lines: world.facts.map(lineOf) };
}

describe('the card', () => {
  test('says exactly what would run, by whose wish, until when, and under which rules', async () => {
    const { cards } = await ask({ verdicts: [needing(1)] });
    expect(cards).toEqual([
      {
        v: 2,
        nonce: 'nonce-1',
        workflowId: RUN.workflowId,
        chain: RUN.chain,
        caseId: 'CASE-1',
        playbook: 'sample',
        playbookVersion: '1',
        planDigest: RUN.planDigest,
        runId: RUN.runId,
        task: 'risky',
        type: 'Step',
        connector: 'mail',
        inputs: { filter_ids: ['f1'] },
        targets: ['alice'],
        targetCount: 1,
        effect: 'needs_approval',
        obligations: needing(1).obligations,
        rules: ['sample.allow'],
        policySet: '0'.repeat(64),
        reversibility: 'B',
        requestedBy: 'riley',
        openedAt: START,
        notBefore: START,
        expiresAt: START + 3_600_000,
        quorum: 1,
        groups: [],
        minAssurance: 'V0',
      },
    ]);
  });

  test('asks for as many as the strictest obligation wants', async () => {
    const two: Verdict = {
      ...needing(1),
      obligations: [...needing(2).obligations, ...needing(1).obligations],
    };
    expect((await ask({ verdicts: [two] })).cards[0]?.quorum).toBe(2);
  });

  test('is not shown to anyone when policy forbids the task', async () => {
    const { cards, risky, calls } = await ask({ verdicts: [DENY] });
    expect([cards, calls]).toEqual([[], []]);
    expect(risky?.outcome).toEqual({ status: 'denied', verdict: DENY });
  });
});

describe('a vote', () => {
  test('that counts lets the task run, under the card that was approved', async () => {
    const { risky, calls, replies } = await ask({ said: [yes('sam')] });
    expect(risky?.outcome?.status).toBe('completed');
    expect(risky?.approvedBy).toEqual(['sam']);
    expect(calls[0]).toMatchObject({ card: CARD, question: { inputs: { filter_ids: ['f1'] } } });
    expect(replies).toEqual([{ counted: true, code: 'approve', reason: 'approve of risky was taken' }]);
  });

  test.each([
    ['for another card', approve('sam', OTHER), 'other_card'],
    ['that rejects another card', { ...no, digest: OTHER }, 'other_card'],
    ['of a kind that is not due', confirm, 'not_an_approval'],
  ])('%s is refused with its reason, and the task goes on waiting', async (_, message, code) => {
    const { risky, replies, lines, calls } = await ask({ said: [message] });
    expect(replies).toMatchObject([{ counted: false, code }]);
    expect(lines).toContain('vote_refused risky');
    expect(risky?.outcome).toEqual({ status: 'expired' });
    expect(calls).toEqual([]);
  });

  test('that the weighing refuses changes nothing, and its sender hears why', async () => {
    const weigh: Ports['weigh'] = async () => ({ kind: 'refused', code: 'requester', reason: 'you asked' });
    const { risky, replies, calls } = await ask({ said: [yes('riley')], given: { weigh } });
    expect(replies).toEqual([{ counted: false, code: 'requester', reason: 'you asked' }]);
    expect([risky?.outcome?.status, calls]).toEqual(['expired', []]);
  });

  test('that comes when time is up is late, even if it is heard', async () => {
    let now = START;
    const hear: Ports['hear'] = async () => {
      if (now > START) return { kind: 'time' };
      now = START + 3_600_000;
      return { kind: 'message', message: yes('sam'), reply: () => {} };
    };
    const { risky, facts, calls } = await ask({ given: { hear, now: () => now } });
    expect([risky?.outcome?.status, calls]).toEqual(['expired', []]);
    const refused = facts.find(({ event }) => event === 'vote_refused');
    expect(refused?.details).toMatchObject({ by: 'sam', code: 'late' });
  });

  test('against ends the task at once, and says who and why', async () => {
    const { risky, calls } = await ask({ said: [no, yes('ines')] });
    expect(risky?.outcome).toEqual({
      status: 'rejected',
      person: { by: 'sam', reason: 'not today', assurance: 'V0' },
    });
    expect(calls).toEqual([]);
  });

  test('is counted once per person, however the name is written', async () => {
    const { risky, replies, lines } = await ask({
      said: [yes('sam'), yes(' SAM'), yes('ines')],
      verdicts: [needing(2), ALLOW],
    });
    expect(replies.map(({ code }) => code)).toEqual(['approve', 'voted_already', 'approve']);
    expect(risky?.approvedBy).toEqual(['sam', 'ines']);
    expect(lines.filter((line) => /vote|approved/.test(line))).toEqual([
      'vote_counted risky',
      'vote_refused risky',
      'task_approved risky',
    ]);
  });

  test('A18: that was taken back is not brought back by whoever repeats its proof', async () => {
    const back: Message = {
      kind: 'withdraw',
      task: 'risky',
      digest: CARD,
      by: 'sam',
      reason: 'wrong mailbox',
    };
    let evidence = 0;
    const weigh: Ports['weigh'] = async ({ by, reason }) => ({
      kind: 'counts',
      by,
      assurance: 'V3',
      evidence: reason === 'anew' ? `e-${(evidence += 1)}` : 'e-0',
    });
    const anew: Message = { ...approve('sam', CARD), reason: 'anew' };
    const { risky, replies } = await ask({
      said: [yes('sam'), back, yes('sam'), anew, yes('ines')],
      verdicts: [needing(2), ALLOW],
      given: { weigh },
    });
    expect(replies.map(({ code }) => code)).toEqual([
      'approve',
      'withdraw',
      'proof_spent',
      'approve',
      'proof_spent',
    ]);
    expect(risky?.approvedBy).toEqual([]);
  });

  test('short of its quorum is in the record at once, and approves nothing', async () => {
    const recorded: string[] = [];
    let heard = 0;
    const hear: Ports['hear'] = async () => {
      heard += 1;
      if (heard === 1) return { kind: 'message', message: yes('sam'), reply: () => {} };
      await new Promise(setImmediate);
      return { kind: 'time' };
    };
    const given: Partial<Ports> = {
      hear,
      async record(facts) {
        recorded.push(`after ${heard} words: ${facts.map(lineOf).join(', ')}`);
      },
    };
    const { risky, calls } = await ask({ verdicts: [needing(2)], given });
    expect(recorded).toContain('after 2 words: vote_counted risky');
    expect([risky?.outcome?.status, risky?.approvedBy, calls]).toEqual(['expired', [], []]);
  });
});

describe('once people have agreed', () => {
  test('policy is asked again and told of every approval', async () => {
    const { questions } = await ask({ said: [yes('sam')] });
    expect(questions.map(({ approvals }) => approvals)).toEqual([
      [],
      [{ by: 'sam', assurance: 'V0', card: CARD }],
    ]);
  });

  test.each([
    ['denies', DENY],
    ['still wants somebody', needing(2)],
  ])('a policy that now %s is obeyed', async (_, tightened) => {
    const { risky, calls } = await ask({ said: [yes('sam')], verdicts: [ALLOW, tightened] });
    expect(risky?.outcome).toEqual({ status: 'denied', verdict: tightened });
    expect(calls).toEqual([]);
  });

  test('what they say afterwards is ignored by name', async () => {
    const { facts } = await ask({ said: [no], given: { unheard: () => [yes('ines')] } });
    const ignored = facts.find(({ event }) => event === 'message_ignored');
    expect(ignored?.details).toEqual({ kind: 'approve', by: 'ines', code: 'late' });
  });

  test('a cancelled run asks nobody any more', async () => {
    const { risky, calls } = await ask({ said: ['cancelled', yes('sam')] });
    expect([risky?.outcome?.status, calls]).toEqual(['cancelled', []]);
  });
});
