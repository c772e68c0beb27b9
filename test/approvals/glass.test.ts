import { describe, expect, test } from '@jest/globals';
import { createAsk } from '../../activities/ask.ts';
import { createJudge } from '../../activities/judge.ts';
import { createMemoryLedger } from '../../activities/stores/index.ts';
import { createWeigh } from '../../activities/weigh.ts';
import type { Approval, Card, Message, Weighed } from '../../workflows/ports.ts';
import type { Verdict } from '../../workflows/walk/verdict.ts';
import { cardBody, OTHER_RUN, question, RUN, START, worldOf, policyOf } from '../activities/samples.ts';
import { temporaryFolder } from '../audit/samples.ts';
import { DENY, needing } from '../walk/samples.ts';
import { approvalsWith, newKey, rostersFrom, signed, writeRoster } from './people.ts';

const keys = { sam: newKey(), lee: newKey(), riley: newKey() };
const rosters = rostersFrom(
  writeRoster(temporaryFolder(), [
    { id: 'sam', key: keys.sam, break_glass: true },
    { id: 'riley', key: keys.riley, break_glass: true },
    { id: 'lee', key: keys.lee },
  ]),
);
const MINUTE = 60_000;

async function emergency(verdict: Verdict = needing(2)) {
  const ledger = createMemoryLedger({ log: 'test', now: () => START });
  const policy = policyOf(async () => verdict);
  const { world } = worldOf(ledger, { approvals: approvalsWith(rosters), policy });
  const open = async (run = RUN): Promise<Card> => {
    const { workflowId, chain, runId } = run;
    const card = await createAsk(world)({
      run,
      facts: [],
      body: cardBody({ workflowId, chain, runId, quorum: 2 }),
    });
    if ('fault' in card) throw new Error(card.fault.message);
    return card;
  };
  const says = (message: Message, card: Card | null, run = RUN): Promise<Weighed> =>
    createWeigh(world)({ run, facts: [], message, card, at: START });
  const judged = (approvals: readonly Approval[], at = START) =>
    createJudge(world)({ run: RUN, facts: [], question: question({ approvals }), at });
  return { open, says, judged };
}

type Breaking = Extract<Message, { kind: 'break_glass' }>;

const breaking = (by: keyof typeof keys, card: Card, more: Partial<Breaking> = {}, run = RUN): Breaking =>
  signed(
    {
      kind: 'break_glass',
      task: 'clean',
      digest: card.digest,
      ticket: 'INC-9',
      scope: 'run',
      minutes: 30,
      by,
      reason: 'nobody else can be reached',
      ...more,
    },
    keys[by],
    run,
  );

const review = (by: keyof typeof keys, use: string): Message =>
  signed({ kind: 'review', task: 'clean', digest: use, by, reason: 'the owner agrees' }, keys[by], RUN);

async function broken() {
  const scene = await emergency();
  const card = await scene.open();
  const weighed = await scene.says(breaking('sam', card), card);
  if (weighed.kind !== 'counts' || weighed.glass === undefined) throw new Error(JSON.stringify(weighed));
  const approval: Approval = { by: 'sam', assurance: 'V3', card: card.digest, glass: weighed.glass };
  return { ...scene, card, approval, use: weighed.glass.use };
}

describe('A19: breaking the glass', () => {
  test('is for registered persons only, and never for whoever asked for the run', async () => {
    const { open, says } = await emergency();
    const card = await open();
    expect(await says(breaking('lee', card), card)).toMatchObject({ code: 'not_registered' });
    expect(await says(breaking('riley', card), card)).toMatchObject({ code: 'requester' });
  });

  test('needs a signature over card, ticket, scope and time', async () => {
    const { open, says } = await emergency();
    const card = await open();
    const { proof: _proof, ...bare } = breaking('sam', card);
    expect(await says(bare, card)).toMatchObject({ code: 'assurance_too_low', assurance: 'V0' });
    expect(await says({ ...breaking('sam', card), minutes: 60 }, card)).toMatchObject({
      code: 'signature_wrong',
    });
    expect(await says({ ...breaking('sam', card), ticket: 'INC-8' }, card)).toMatchObject({
      code: 'signature_wrong',
    });
  });

  test('outside its scope is refused', async () => {
    const { open, says } = await emergency();
    const card = await open();
    expect(await says(breaking('sam', card, { scope: 'alice' }), card)).toMatchObject({
      code: 'out_of_scope',
    });
  });

  test('stands for the quorum while its time lasts, and not a minute longer', async () => {
    const { judged, approval } = await broken();
    expect(await judged([approval], START + 29 * MINUTE)).toMatchObject({
      verdict: { effect: 'allow', rules: [{ id: 'break_glass' }, expect.anything()] },
    });
    expect(await judged([approval], START + 31 * MINUTE)).toMatchObject({
      verdict: { effect: 'needs_approval' },
      lapsed: { code: 'glass_over' },
    });
  });

  test('lifts nothing that policy or a guard forbids', async () => {
    const { open, says, judged } = await emergency(DENY);
    const card = await open();
    const weighed = await says(breaking('sam', card), card);
    if (weighed.kind !== 'counts' || weighed.glass === undefined) throw new Error('not broken');
    const approval: Approval = { by: 'sam', assurance: 'V3', card: card.digest, glass: weighed.glass };
    expect(await judged([approval])).toMatchObject({ verdict: { effect: 'deny' } });
  });

  test('a second time, in any run, waits until somebody else has reviewed the first', async () => {
    const { open, says, use } = await broken();
    const elsewhere = await open(OTHER_RUN);
    const again = breaking('sam', elsewhere, {}, OTHER_RUN);
    expect(await says(again, elsewhere, OTHER_RUN)).toMatchObject({ code: 'unreviewed' });
    expect(await says(review('sam', use), null)).toMatchObject({ code: 'own_use' });
    expect(await says(review('lee', 'f'.repeat(64)), null)).toMatchObject({ code: 'not_this_use' });
    expect(await says(review('lee', use), null)).toMatchObject({ kind: 'counts', by: 'lee' });
    expect(await says(again, elsewhere, OTHER_RUN)).toMatchObject({ kind: 'counts' });
  });

  test('told again by a worker that lost the first answer is the same use', async () => {
    const { says, card, use } = await broken();
    expect(await says(breaking('sam', card), card)).toMatchObject({ kind: 'counts', glass: { use } });
  });
});
