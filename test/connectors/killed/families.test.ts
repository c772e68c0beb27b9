/** Whether the laws about killed workers are asked of every action there is. */
import { expect, test } from '@jest/globals';
import { defender } from './defender.ts';
import { endpoint } from './endpoint.ts';
import { performed } from './family.ts';
import { googleWorkspace } from './google-workspace.ts';
import { http } from './http.ts';
import { keeping } from './keeping.ts';
import { microsoftGraph } from './microsoft-graph.ts';
import { network } from './network.ts';
import { notify } from './notify.ts';
import { report } from './report.ts';
import { router } from './router.ts';

const families = [
  googleWorkspace,
  microsoftGraph,
  defender,
  http,
  notify,
  network,
  endpoint,
  router,
  report,
  keeping,
];

test('a worker is killed in the middle of every action that a shipped connector performs', () => {
  const killed = families.flatMap((family) =>
    family.map(({ action: { connector, type } }) => `${connector} ${type}`),
  );
  expect([...new Set(killed)].toSorted()).toEqual(performed.toSorted());
});
