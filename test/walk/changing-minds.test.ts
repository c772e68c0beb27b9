/** What people take back, what no longer stands, and what nobody can weigh yet. */
import { describe, expect, test } from '@jest/globals';
import { lineOf } from '../../client/rehearsal/differences.ts';
import type { Judgement, Message, Ports, Question, Reply, Weighed } from '../../workflows/ports.ts';
import type { Obligation, Verdict } from '../../workflows/walk/verdict.ts';
import { agreeableWorld, ALLOW, decided, needing, plan, START, task, walked } from './samples.ts';

const CARDS = [1, 2, 3].map((n) => String(n).padStart(64, '0'));
const [FIRST = '', SECOND = ''] = CARDS;

type Kind = 'approve' | 'reject' | 'withdraw';
const says = (kind: Kind, by: string, digest = FIRST): Message => ({
  kind,
  task: 'risky',
  digest,
  by,
  reason: 'looked at it',
});
/** Already in the mailbox when the word before it is weighed. */
const atOnce = (message: Message): Cue => ({ message, atOnce: true });
const later = (message: Message): Cue => ({ message, atOnce: false });

interface Cue {
  readonly message: Message;
  readonly atOnce: boolean;
}

interface Meeting {
  readonly said: readonly Cue[];
  readonly verdicts?: readonly Verdict[];
  /** Changes to what the judge says, call by call. */
  readonly judgements?: readonly Partial<Extract<Judgement, { kind: 'decided' }>>[];
  readonly weigh?: (message: Message, nth: number) => Weighed;
  readonly groups?: { readonly [person: string]: readonly string[] };
}

const gated = plan([task('risky', { approvalRequired: true, connector: 'mail', reversibility: 'B' })]);

async function meet({ said, verdicts = [needing(1), ALLOW], judgements = [], weigh, groups = {} }: Meeting) {
  const rest = [...said];
  const replies: Reply[] = [];
  let now = START;
  let asked = 0;
  let weighed = 0;
  const questions: Question[] = [];
  const world = agreeableWorld({
    now: () => now,
    spokenTo: () => rest[0]?.atOnce === true,
    async hear(_task, until) {
      const next = rest.shift();
      if (next === undefined) {
        now = Math.max(now, until);
        return { kind: 'time' };
      }
      return { kind: 'message', message: next.message, reply: (one) => void replies.push(one) };
    },
    async judge(question, facts) {
      world.facts.push(...facts);
      questions.push(question);
      const verdict = verdicts[Math.min(asked, verdicts.length - 1)] ?? ALLOW;
      return { ...decided(question, verdict), ...judgements[asked++] } as Judgement;
    },
    async weigh(message, _card, facts): Promise<Weighed> {
      world.facts.push(...facts);
      weighed += 1;
      return (
        weigh?.(message, weighed) ?? {
          kind: 'counts',
          by: message.by,
          assurance: 'V3',
          ...(groups[message.by] === undefined ? {} : { groups: groups[message.by] ?? [] }),
        }
      );
    },
  } satisfies Partial<Ports>);
  const { state } = await walked(gated, world.ports);
  const risky = state.tasks['risky'];
  const codes = world.facts
    .filter(({ event }) => event === 'vote_refused')
    .map(({ details }) => details['code']);
  return { ...world, risky, replies, questions, codes, lines: world.facts.map(lineOf), now: () => now };
}

const two = [needing(2), ALLOW];

describe('whoever approved', () => {
  test('A18: may take it back while the card is open, and the quorum wants another', async () => {
    const { risky, calls, lines } = await meet({
      verdicts: two,
      said: [later(says('approve', 'sam')), later(says('withdraw', 'sam')), later(says('approve', 'lee'))],
    });
    expect(lines).toContain('vote_withdrawn risky');
    expect([risky?.outcome?.status, calls]).toEqual(['expired', []]);
  });

  test('A18: may take it back after the last vote, until the run acts', async () => {
    const { risky, calls, lines } = await meet({
      verdicts: two,
      said: [later(says('approve', 'sam')), later(says('approve', 'lee')), atOnce(says('withdraw', 'sam'))],
    });
    expect(lines).toContain('vote_withdrawn risky');
    expect([risky?.outcome?.status, calls]).toEqual(['expired', []]);
  });

  test('A18: may not bring that back by repeating the proof of it', async () => {
    const proofs = (message: Message): Weighed => ({
      kind: 'counts',
      by: message.by,
      assurance: 'V3',
      evidence: `proof of ${message.by}`,
    });
    const { risky, calls, replies } = await meet({
      said: [later(says('approve', 'sam')), atOnce(says('withdraw', 'sam')), later(says('approve', 'sam'))],
      weigh: proofs,
    });
    expect(replies.map(({ code }) => code)).toEqual(['approve', 'withdraw', 'proof_spent']);
    expect([risky?.outcome?.status, calls]).toEqual(['expired', []]);
  });

  test('A18: may approve anew after that', async () => {
    const { risky } = await meet({
      said: [later(says('approve', 'sam')), atOnce(says('withdraw', 'sam')), later(says('approve', 'sam'))],
    });
    expect(risky).toMatchObject({ outcome: { status: 'completed' }, approvedBy: ['sam'] });
  });

  test('alone may take it back: nobody withdraws for another', async () => {
    const { risky, codes } = await meet({
      said: [later(says('approve', 'sam')), atOnce(says('withdraw', 'lee'))],
    });
    expect(codes).toEqual(['nothing_to_withdraw']);
    expect(risky?.outcome?.status).toBe('completed');
  });
});

describe('a refusal', () => {
  test('A10: in the same moment as the last approval, and after it, still closes the card', async () => {
    const { risky, calls } = await meet({
      said: [later(says('approve', 'sam')), atOnce(says('reject', 'lee'))],
    });
    expect([risky?.outcome?.status, calls]).toEqual(['rejected', []]);
  });

  test('A10: before an approval wins, and what comes after it changes nothing', async () => {
    const { risky, calls } = await meet({
      said: [later(says('reject', 'lee')), atOnce(says('approve', 'sam'))],
    });
    expect([risky?.outcome?.status, calls]).toEqual(['rejected', []]);
  });
});

describe('one person', () => {
  test('A05: counts once, whatever they call themselves, because the person is counted and not the name', async () => {
    const { risky, replies } = await meet({
      verdicts: two,
      said: ['sam', 'adm-sam', 'sam@corp.example'].map((by) => later(says('approve', by))),
      weigh: () => ({ kind: 'counts', by: 'sam', assurance: 'V3' }),
    });
    expect(replies.map(({ code }) => code)).toEqual(['approve', 'voted_already', 'voted_already']);
    expect(risky?.outcome?.status).toBe('expired');
  });
});

describe('a quorum of groups', () => {
  const wanted: Obligation = {
    kind: 'approval',
    quorum: 2,
    groups: [
      { group: 'it', count: 1 },
      { group: 'soc', count: 1 },
    ],
    minAssurance: 'V3',
    expiresMs: null,
  };
  const verdicts: readonly Verdict[] = [{ ...needing(2), obligations: [wanted] }, ALLOW];
  const groups = { sam: ['soc'], lee: ['it'], ada: ['soc'] };

  test('is not met by enough persons of one group', async () => {
    const said = ['sam', 'ada'].map((by) => later(says('approve', by)));
    expect((await meet({ verdicts, groups, said })).risky?.outcome?.status).toBe('expired');
  });

  test('is met once every group has spoken', async () => {
    const said = ['sam', 'ada', 'lee'].map((by) => later(says('approve', by)));
    const { risky } = await meet({ verdicts, groups, said });
    expect(risky).toMatchObject({ outcome: { status: 'completed' }, approvedBy: ['sam', 'ada', 'lee'] });
  });

  test('stands on the card, with the level that is wanted', async () => {
    const { cards } = await meet({ verdicts, groups, said: [] });
    expect(cards[0]).toMatchObject({ quorum: 2, groups: wanted.groups, minAssurance: 'V3' });
  });
});

describe('a card that no longer stands', () => {
  const superseded: Weighed = { kind: 'superseded', code: 'other_run', reason: 'reset' };

  test('A08: is closed at the next word, and people are asked anew on another card', async () => {
    const { risky, cards, lines, replies } = await meet({
      verdicts: [needing(1), needing(1), ALLOW],
      said: [later(says('approve', 'sam')), later(says('approve', 'sam', SECOND))],
      weigh: (message, nth) => (nth === 1 ? superseded : { kind: 'counts', by: message.by, assurance: 'V3' }),
    });
    expect(cards.map(({ nonce }) => nonce)).toEqual(['nonce-1', 'nonce-2']);
    expect(replies[0]).toMatchObject({ counted: false, code: 'other_run' });
    expect(lines.filter((line) => /card|waiting/.test(line))).toEqual([
      'task_waiting_approval risky',
      'card_superseded risky',
      'task_waiting_approval risky',
    ]);
    expect(risky?.outcome?.status).toBe('completed');
  });

  test('A07: votes on it are void: they name a card that is not open', async () => {
    const { risky, codes, calls } = await meet({
      verdicts: [needing(2), needing(2), ALLOW],
      said: [
        later(says('approve', 'sam')),
        later(says('approve', 'lee')),
        later(says('approve', 'lee', FIRST)),
      ],
      weigh: (message, nth) => (nth === 2 ? superseded : { kind: 'counts', by: message.by, assurance: 'V3' }),
    });
    expect(codes).toEqual(['other_card']);
    expect([risky?.outcome?.status, calls]).toEqual(['expired', []]);
  });

  test.each([
    ['A07: other inputs', 'inputs_changed', { inputs: { filter_ids: ['f1', 'f2'] } }],
    [
      'A20: one target more',
      'targets_changed',
      { targets: Array.from({ length: 38 }, (_, at) => `host-${at}`) },
    ],
    [
      'A11: an approver who is none any more',
      'approver_removed',
      { lapsed: { code: 'approver_removed', reason: 'left' } },
    ],
  ])('%s than were approved ask people anew and run nothing', async (_what, code, changed) => {
    const { facts, risky, calls, cards } = await meet({
      verdicts: [needing(1), ALLOW, needing(1)],
      judgements: [{}, changed],
      said: [later(says('approve', 'sam'))],
    });
    const closed = facts.find(({ event }) => event === 'card_superseded');
    expect(closed?.details).toMatchObject({ card: FIRST, code });
    expect([risky?.outcome?.status, cards.length, calls]).toEqual(['expired', 2, []]);
  });
});

describe('a word that nobody can weigh now', () => {
  const away: Weighed = { kind: 'unavailable', reason: 'the keys cannot be fetched' };

  test('A22: waits, counts for nothing meanwhile, and is weighed again', async () => {
    const { risky, replies, lines, now } = await meet({
      said: [later(says('approve', 'sam'))],
      weigh: (message, nth) => (nth < 3 ? away : { kind: 'counts', by: message.by, assurance: 'V3' }),
    });
    expect(replies).toEqual([{ counted: false, code: 'deferred', reason: expect.stringContaining('again') }]);
    expect(lines.filter((line) => line.startsWith('vote_deferred'))).toHaveLength(1);
    expect(now() - START).toBeGreaterThanOrEqual(10_000);
    expect(risky).toMatchObject({ outcome: { status: 'completed' }, approvedBy: ['sam'] });
  });

  test('A22: never approves by waiting: when the card expires it is late', async () => {
    const { risky, calls } = await meet({ said: [later(says('approve', 'sam'))], weigh: () => away });
    expect([risky?.outcome?.status, calls]).toEqual(['expired', []]);
  });
});

describe('a card that nobody answers', () => {
  test('is announced when it opens, when half of its time is over and when little is left, and is then refused', async () => {
    const told: string[] = [];
    let now = START;
    const world = agreeableWorld({
      now: () => now,
      async ask(body) {
        const reminders = [START + 1_800_000, START + 2_880_000];
        return { digest: FIRST, body, reminders };
      },
      tell: (_card, occasion) => void told.push(`${occasion} after ${(now - START) / 60_000} minutes`),
      async hear(_task, until) {
        now = until;
        return { kind: 'time' };
      },
    });
    const { state } = await walked(gated, world.ports);
    expect(told).toEqual([
      'opened after 0 minutes',
      'reminder after 30 minutes',
      'escalation after 48 minutes',
    ]);
    expect(state.tasks['risky']?.outcome?.status).toBe('expired');
  });
});

describe('a delay', () => {
  test('A19: holds for broken glass as well: it lifts the quorum and nothing else', async () => {
    const until = START + 60_000;
    const delayed: Verdict = {
      ...needing(3),
      obligations: [...needing(3).obligations, { kind: 'delay', until }],
    };
    const glass = { use: 'e'.repeat(64), ticket: 'INC-9', scope: 'run', until: START + 1_800_000 };
    const breaking: Message = {
      kind: 'break_glass',
      task: 'risky',
      digest: FIRST,
      by: 'sam',
      reason: 'nobody else',
      ticket: 'INC-9',
      scope: 'run',
      minutes: 30,
    };
    const review: Message = { ...says('approve', 'lee', glass.use), kind: 'review' } as Message;
    const { risky, calls, lines } = await meet({
      verdicts: [delayed, ALLOW],
      said: [later(breaking), later(review)],
      weigh: ({ kind, by }) => ({
        kind: 'counts',
        by,
        assurance: 'V3',
        ...(kind === 'break_glass' ? { glass } : {}),
      }),
    });
    expect(lines.filter((line) => line.startsWith('glass'))).toEqual(['glass_broken risky']);
    expect([risky?.outcome?.status ?? null, calls.length]).toEqual(['completed', 1]);
  });

  test('of a task that needs nobody is waited for, and policy is asked again', async () => {
    const until = START + 60_000;
    const open = plan([task('risky', { connector: 'mail' })]);
    let now = START;
    let asked = 0;
    const world = agreeableWorld({
      now: () => now,
      async judge(question) {
        asked += 1;
        return decided(question, { ...ALLOW, obligations: [{ kind: 'delay', until }] });
      },
      async hear(_task, wanted) {
        now = wanted;
        return { kind: 'time' };
      },
    });
    const { state } = await walked(open, world.ports);
    expect([state.tasks['risky']?.outcome?.status, asked, now]).toEqual(['completed', 2, until]);
  });

  test('holds the task back after the last vote, and the vote may be taken back meanwhile', async () => {
    const until = START + 60_000;
    const delayed: Verdict = {
      ...needing(1),
      obligations: [...needing(1).obligations, { kind: 'delay', until }],
    };
    const { risky, now } = await meet({ verdicts: [delayed, ALLOW], said: [later(says('approve', 'sam'))] });
    expect(risky?.outcome?.status).toBe('completed');
    expect(now()).toBe(until);
    const taken = await meet({
      verdicts: [delayed, ALLOW],
      said: [later(says('approve', 'sam')), later(says('withdraw', 'sam'))],
    });
    expect(taken.risky?.outcome?.status).toBe('expired');
  });
});
