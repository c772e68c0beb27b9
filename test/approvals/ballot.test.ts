import { describe, expect, test } from '@jest/globals';
import { recount } from '../../activities/approvals/ballot.ts';
import { createJudge } from '../../activities/judge.ts';
import { createMemoryLedger } from '../../activities/stores/index.ts';
import { TryAgain } from '../../activities/try-again.ts';
import type { CardBody } from '../../workflows/ports.ts';
import { ALLOW, putCard, question, RUN, START, worldOf } from '../activities/samples.ts';
import { temporaryFolder } from '../audit/samples.ts';
import { approvalsWith, rostersFrom, writeRoster, type Listed } from './people.ts';

const folder = temporaryFolder();
const TWO_OF_THREE: Partial<CardBody> = {
  quorum: 2,
  groups: [{ group: 'soc', count: 2 }],
  minAssurance: 'V3',
};
const ALL: readonly Listed[] = ['sam', 'lee', 'ada'].map((id) => ({ id, groups: ['soc'] }));

async function counted(votes: readonly string[], now: readonly Listed[], body = TWO_OF_THREE) {
  const ledger = createMemoryLedger({ log: 'test', now: () => START });
  const card = await putCard(ledger, body);
  const rosters = rostersFrom(writeRoster(folder, now, { groups: { soc: {}, it: {} } }));
  const { world } = worldOf(ledger, { approvals: approvalsWith(rosters) });
  const approvals = votes.map((by) => ({ by, assurance: 'V3', card, groups: ['soc'] }) as const);
  return { world, approvals, ballot: await recount(world, RUN, approvals, START) };
}

describe('approvals, counted again before anything is done', () => {
  test('still count while those who gave them are what they were', async () => {
    const { ballot } = await counted(['sam', 'lee'], ALL);
    expect(ballot).toMatchObject({ lapse: null, approvals: [{ by: 'sam', groups: ['soc'] }, { by: 'lee' }] });
  });

  test.each([
    ['was taken off the roster', ALL.slice(0, 1)],
    ['left the group', [ALL[0] as Listed, { id: 'lee', groups: ['it'] }]],
  ])('A11: lapse when one of them %s meanwhile', async (_what, now) => {
    const { ballot } = await counted(['sam', 'lee'], now);
    expect(ballot.lapse).toMatchObject({
      code: 'approver_removed',
      reason: expect.stringMatching(/still count/),
    });
  });

  test('A11: policy is asked with what still counts, and the run is told that people must be asked anew', async () => {
    const { world, approvals } = await counted(['sam', 'lee'], ALL.slice(0, 1));
    const asked: unknown[] = [];
    const policy: typeof world.policy = {
      ...world.policy,
      decide: async ({ approvals: given }) => {
        asked.push(given);
        return ALLOW;
      },
    };
    const judge = createJudge({ ...world, policy });
    const judgement = await judge({ run: RUN, facts: [], question: question({ approvals }), at: START });
    expect(asked).toEqual([[{ by: 'sam', assurance: 'V3', groups: ['soc'] }]]);
    expect(judgement).toMatchObject({ kind: 'decided', lapsed: { code: 'approver_removed' } });
  });

  test('A08: lapse where the card was opened before a reset', async () => {
    const { ballot } = await counted(['sam', 'lee'], ALL, { ...TWO_OF_THREE, runId: 'before-the-reset' });
    expect(ballot).toMatchObject({ approvals: [], lapse: { code: 'other_run' } });
  });

  test('A22: while the roster cannot be read nothing is done on their strength', async () => {
    const { world, approvals } = await counted(['sam', 'lee'], ALL);
    const away = approvalsWith({ current: async () => ({ kind: 'unavailable', reason: 'not now' }) });
    await expect(recount({ ...world, approvals: away }, RUN, approvals, START)).rejects.toThrow(TryAgain);
  });
});
