import { expect, test } from '@jest/globals';
import { createMemoryLedger } from '../../activities/stores/index.ts';
import { measureVotes } from '../../bench/votes.ts';
import { cardBody, RUN, worldOf } from '../activities/samples.ts';

test('a vote is weighed within five milliseconds, signed by a key or by an issuer', async () => {
  const { world } = worldOf(createMemoryLedger({ log: 'test', now: Date.now }));
  const costs = await measureVotes(world, RUN, cardBody({ minAssurance: 'V3' }), 200);
  expect(costs.map(({ proof }) => proof)).toEqual(['signature', 'id_token']);
  for (const { medianMs } of costs) expect(medianMs).toBeLessThanOrEqual(5);
});
