import { describe, expect, test } from '@jest/globals';
import { NO_ROSTER, type Approvals } from '../../activities/approvals/index.ts';
import type { Attestor } from '../../activities/approvals/attestation.ts';
import { createAsk } from '../../activities/ask.ts';
import { createMemoryLedger } from '../../activities/stores/index.ts';
import { createWeigh } from '../../activities/weigh.ts';
import { withoutReceipts } from '../../workflows/audit/receipt.ts';
import type { Card, CardBody, Message, RunRef, Weighed } from '../../workflows/ports.ts';
import { cardBody, RUN, START, worldOf, type Given } from '../activities/samples.ts';
import { temporaryFolder } from '../audit/samples.ts';
import { approvalsWith, newKey, rostersFrom, signed, writeRoster } from './people.ts';

const folder = temporaryFolder();
const keys = { sam: newKey(), lee: newKey(), riley: newKey(), stranger: newKey(), old: newKey() };

const rosters = rostersFrom(
  writeRoster(
    folder,
    [
      { id: 'sam', groups: ['soc'], key: keys.sam, accounts: ['sam@corp.example', 'adm-sam'] },
      { id: 'lee', groups: ['it'], key: keys.lee },
      { id: 'riley', groups: ['soc'], key: keys.riley, accounts: ['riley@corp.example', 'adm-riley'] },
      { id: 'ada', groups: ['soc'] },
      {
        id: 'old',
        keys: [{ key: keys.old.publicKey, from: '2020-01-01', until: '2021-01-01' }],
      },
    ],
    { never_approve: { accounts: ['svc-cordon'], principals: [] }, authors: { 'sample@1': ['ada'] } },
  ),
);

type Vote = Extract<Message, { kind: 'approve' }>;

interface Ballot {
  readonly body?: Partial<CardBody>;
  readonly run?: RunRef;
  readonly approvals?: Approvals;
  readonly given?: Given;
}

/** Opens a card, lets somebody vote on it, and says what came of that. */
async function weigh(vote: (card: Card) => Message, ballot: Ballot = {}): Promise<Weighed> {
  const { body = {}, run = RUN, approvals = approvalsWith(rosters), given = {} } = ballot;
  const { world } = worldOf(createMemoryLedger({ log: 'test', now: () => START }), { approvals, ...given });
  const asked = await createAsk(world)({
    run: RUN,
    facts: [],
    body: cardBody({ minAssurance: 'V3', ...body }),
  });
  if ('fault' in asked) throw new Error(asked.fault.message);
  const card: Card = JSON.parse(JSON.stringify(asked)) as Card;
  return withoutReceipts<Weighed>(
    await createWeigh(world)({ run, facts: [], message: vote(card), card, at: START }),
  );
}

const by =
  (person: string, more: Partial<Vote> = {}) =>
  (card: Card): Vote => ({
    kind: 'approve',
    task: 'clean',
    digest: card.digest,
    by: person,
    reason: 'called the owner back',
    ...more,
  });

const signedBy =
  (person: string, key = keys[person as keyof typeof keys], more: Partial<Vote> = {}) =>
  (card: Card): Vote =>
    signed(by(person, more)(card), key, RUN);

describe('a vote', () => {
  test('signed by a key of the roster counts for the person behind it, with what proved it', async () => {
    const weighed = await weigh(signedBy('sam'));
    expect(weighed).toMatchObject({ kind: 'counts', by: 'sam', assurance: 'V3', groups: ['soc'] });
    const { evidence, roster } = weighed as Extract<Weighed, { kind: 'counts' }>;
    expect([evidence, roster]).toEqual([
      expect.stringMatching(/^[0-9a-f]{64}$/),
      expect.stringMatching(/^[0-9a-f]{64}$/),
    ]);
  });

  test('A01: a mere name where more is needed is recorded as V0 and does not count', async () => {
    expect(await weigh(by('sam'))).toMatchObject({
      kind: 'refused',
      code: 'assurance_too_low',
      assurance: 'V0',
    });
    expect(
      await weigh(by('sam'), { given: { mode: 'production' }, body: { minAssurance: 'V0' } }),
    ).toMatchObject({
      kind: 'refused',
      code: 'assurance_too_low',
      assurance: 'V0',
    });
    expect(await weigh(by('sam'), { body: { minAssurance: 'V0' } })).toMatchObject({
      kind: 'counts',
      by: 'sam',
    });
  });

  test('A02: the name in a signed word never outweighs the key: another person’s name is refused', async () => {
    expect(await weigh(signedBy('lee', keys.sam))).toMatchObject({ kind: 'refused', code: 'name_mismatch' });
    expect(await weigh(signedBy('nobody in particular', keys.sam))).toMatchObject({
      kind: 'counts',
      by: 'sam',
    });
  });

  test('A03: a service account, and whoever the roster does not list, are not counted', async () => {
    const open = { body: { minAssurance: 'V0' } } as const;
    expect(await weigh(by('svc-cordon'), open)).toMatchObject({ kind: 'refused', code: 'service_account' });
    expect(await weigh(by('mallory'), open)).toMatchObject({ kind: 'refused', code: 'person_unknown' });
    expect(await weigh(signedBy('mallory', keys.stranger))).toMatchObject({
      kind: 'refused',
      code: 'key_unknown',
    });
  });

  test.each([
    ['requester', 'riley', { ...RUN, requestedBy: 'riley' }],
    ['requester', 'riley', { ...RUN, requestedBy: 'ADM-Riley' }],
    ['starter', 'riley', { ...RUN, requestedBy: 'bo', startedBy: 'riley@corp.example' }],
  ])('A04: the %s %s is not counted, under any account', async (code, person, run) => {
    expect(await weigh(signedBy(person), { run })).toMatchObject({ kind: 'refused', code });
  });

  test('A04: whoever wrote this version of the playbook is not counted', async () => {
    const open = { body: { minAssurance: 'V0' } } as const;
    expect(await weigh(by('ada'), open)).toMatchObject({ kind: 'refused', code: 'author' });
    expect(await weigh(by('ada'), { ...open, run: { ...RUN, playbookVersion: '2' } })).toMatchObject({
      kind: 'counts',
    });
  });

  test('A05: a proof given for one card is none for another, nor for another decision', async () => {
    const elsewhere = signedBy('sam')({ digest: 'f'.repeat(64), body: cardBody() });
    expect(await weigh((card) => ({ ...elsewhere, digest: card.digest }))).toMatchObject({
      code: 'signature_wrong',
    });
    const refusal = (card: Card): Message =>
      signed(
        { kind: 'reject', task: 'clean', digest: card.digest, by: 'sam', reason: 'called the owner back' },
        keys.sam,
        RUN,
      );
    expect(
      await weigh((card) => ({
        ...by('sam')(card),
        proof: (refusal(card) as Vote).proof ?? { kind: 'none' },
      })),
    ).toMatchObject({ code: 'signature_wrong' });
  });

  test('A05: a reason, or a name, changed after it was signed is refused', async () => {
    expect(
      await weigh((card) => ({ ...signedBy('sam')(card), reason: 'something else entirely' })),
    ).toMatchObject({
      code: 'signature_wrong',
    });
    expect(await weigh((card) => ({ ...signedBy('sam')(card), by: 'adm-sam' }))).toMatchObject({
      code: 'signature_wrong',
    });
  });

  test('A06: a digest that is not the open card’s is refused', async () => {
    expect(await weigh(signedBy('sam', keys.sam, { digest: 'a'.repeat(64) }))).toMatchObject({
      code: 'other_card',
    });
  });

  test('A08: after a reset, and in any run that does not continue the one that asked, the card is superseded', async () => {
    const reset: RunRef = { ...RUN, runId: 'after-reset' };
    const origins = { 'after-reset': { originalRunId: RUN.runId, continuedFrom: null } } as const;
    const origin: Given['origin'] = async (_id, runId) => origins[runId as keyof typeof origins] ?? null;
    expect(await weigh(signedBy('sam'), { run: reset, given: { origin } })).toMatchObject({
      kind: 'superseded',
      code: 'other_run',
    });
    expect(await weigh(signedBy('sam'), { run: { ...RUN, runId: 'unheard-of' } })).toMatchObject({
      kind: 'superseded',
    });
  });

  test('A08: a continued run takes the open card along, however often it continues', async () => {
    const chain = ['third', 'second', RUN.runId] as const;
    const origin: Given['origin'] = async (_id, runId) => {
      const at = chain.indexOf(runId);
      return { originalRunId: runId, continuedFrom: chain[at + 1] ?? null };
    };
    expect(
      await weigh(signedBy('sam'), { run: { ...RUN, runId: 'third' }, given: { origin } }),
    ).toMatchObject({
      kind: 'counts',
    });
  });

  test('A08: a continued run that was then reset does not keep votes given before', async () => {
    const origin: Given['origin'] = async () => ({ originalRunId: 'second', continuedFrom: RUN.runId });
    expect(
      await weigh(signedBy('sam'), { run: { ...RUN, runId: 'second-reset' }, given: { origin } }),
    ).toMatchObject({
      kind: 'superseded',
    });
  });

  test('A22: while the roster, or the server, cannot be asked, nothing is assumed', async () => {
    const gone = approvalsWith({ current: async () => ({ kind: 'unavailable', reason: 'not now' }) });
    expect(await weigh(signedBy('sam'), { approvals: gone })).toMatchObject({ kind: 'unavailable' });
    const origin: Given['origin'] = () => Promise.reject(new Error('no server'));
    expect(
      await weigh(signedBy('sam'), { run: { ...RUN, runId: 'other' }, given: { origin } }),
    ).toMatchObject({
      kind: 'unavailable',
    });
  });

  test('with a key outside its time is refused', async () => {
    expect(await weigh(signedBy('old'))).toMatchObject({ kind: 'refused', code: 'key_expired' });
  });

  test('by a kind of proof that nobody here understands is refused', async () => {
    const jws = 'aaaa.bbbb.cccc';
    expect(await weigh(by('sam', { proof: { kind: 'brokered', jws } }))).toMatchObject({
      code: 'proof_not_accepted',
    });
  });

  test('that the server saw is taken at its word only where it names somebody', async () => {
    const principal = (attest: Attestor['attest']): Ballot => ({
      approvals: approvalsWith(rosters, { others: [{ proof: 'principal', assurance: 'V1', attest }] }),
      body: { minAssurance: 'V1' },
    });
    const seen = principal(async () => ({
      kind: 'person',
      person: 'lee',
      assurance: 'V1',
      evidence: 'e'.repeat(64),
    }));
    expect(await weigh(by('lee'), seen)).toMatchObject({ kind: 'counts', by: 'lee', assurance: 'V1' });
    const unseen = principal(async () => ({ kind: 'refused', code: 'no_principal', reason: 'nobody' }));
    expect(await weigh(by('lee'), unseen)).toMatchObject({ code: 'assurance_too_low', assurance: 'V0' });
    const down = principal(async () => ({ kind: 'unavailable', reason: 'later' }));
    expect(await weigh(by('lee'), down)).toMatchObject({ kind: 'unavailable' });
  });

  test.each(['approved', 'LGTM', 'ok', '.......', 'WHY', 'Looks good to me!', 'xxxxxx'])(
    'with the reason %j says nothing, and does not count',
    async (reason) => {
      expect(await weigh(signedBy('sam', keys.sam, { reason }))).toMatchObject({ kind: 'refused' });
    },
  );

  test('A20: on many targets counts only with their number typed', async () => {
    const targets = Array.from({ length: 37 }, (_, at) => `host-${at}`);
    const many = { body: { targets, targetCount: 37 } };
    expect(await weigh(signedBy('sam'), many)).toMatchObject({ code: 'targets_uncounted' });
    expect(await weigh(signedBy('sam', keys.sam, { targets: 38 }), many)).toMatchObject({
      code: 'targets_miscounted',
    });
    expect(await weigh(signedBy('sam', keys.sam, { targets: 37 }), many)).toMatchObject({ kind: 'counts' });
  });

  test('against a task needs no more than that somebody known stands behind it', async () => {
    const no = (card: Card): Message => ({
      kind: 'reject',
      task: 'clean',
      digest: card.digest,
      by: 'riley',
      reason: 'this was my mistake',
    });
    expect(await weigh((card) => signed(no(card), keys.riley, RUN))).toMatchObject({
      kind: 'counts',
      by: 'riley',
    });
    expect(await weigh(no)).toMatchObject({ code: 'assurance_too_low', assurance: 'V0' });
  });
});

describe('an approver', () => {
  test('who has approved as many cards within the hour as anybody reads is asked to let others', async () => {
    const ledger = createMemoryLedger({ log: 'test', now: () => START });
    const { world } = worldOf(ledger, { approvals: approvalsWith(rosters, { mostPerHour: 2 }) });
    const answers: string[] = [];
    for (const [nonce, at] of [
      ['a', 0],
      ['b', 1],
      ['c', 2],
      ['c', 3_600_001],
    ] as const) {
      const asked = await createAsk(world)({ run: RUN, facts: [], body: cardBody({ nonce }) });
      if ('fault' in asked) throw new Error(asked.fault.message);
      const message = by('sam')(asked);
      const weighed = await createWeigh(world)({ run: RUN, facts: [], message, card: asked, at: START + at });
      answers.push(weighed.kind === 'refused' ? weighed.code : weighed.kind);
    }
    expect(answers).toEqual(['counts', 'counts', 'too_many_votes', 'counts']);
  });

  test('without a roster is taken for whoever is wanted, in development only', async () => {
    const body = { groups: [{ group: 'soc', count: 1 }], minAssurance: 'V3' } as const;
    expect(await weigh(by('anybody'), { approvals: NO_ROSTER, body })).toEqual({
      kind: 'counts',
      by: 'anybody',
      assurance: 'V0',
      groups: ['soc'],
    });
    expect(
      await weigh(by('anybody'), { approvals: NO_ROSTER, body, given: { mode: 'production' } }),
    ).toMatchObject({
      code: 'assurance_too_low',
    });
  });
});

describe('a card', () => {
  test('that nobody could read to its end is refused, and its task with it', async () => {
    const { world } = worldOf(createMemoryLedger({ log: 'test', now: () => START }));
    const body = cardBody({ inputs: { text: 'x'.repeat(300 * 1024) } });
    expect(await createAsk(world)({ run: RUN, facts: [], body })).toMatchObject({
      fault: { code: 'card_too_large' },
    });
  });
});
