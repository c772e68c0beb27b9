import type { Connector } from '../../../activities/connectors/connector.ts';
import { breaks } from '../../contracts/law.ts';
import { defender } from './defender.ts';
import { keepThroughDeath, workers } from './family.ts';
import { http, openDesk, post } from './http.ts';
import { killedLaws, LAWS } from './law.ts';
import { keeping } from './keeping.ts';
import { byMail, notify, openMail } from './notify.ts';
import { report } from './report.ts';

keepThroughDeath(defender);
keepThroughDeath(http);
keepThroughDeath(notify);
keepThroughDeath(report);
keepThroughDeath(keeping);

/** Says that it is done, whatever it is. */
const BELIEVER: Connector = {
  name: 'http',
  performs: {
    HttpRequest: {
      reversibility: 'C',
      repeat: 'natural',
      timeoutMs: 1000,
      scopes: [],
      perform: async () => ({
        kind: 'done',
        output: { status: 200, headers: [], json: null, artifact: null },
      }),
    },
  },
};
const repeated = { declared: { repeat: 'natural' } } as const;

breaks(
  'a request that anything may come of, declared harmless to repeat,',
  killedLaws({ ...post, ...repeated }, workers, false),
  LAWS.answer,
  openDesk,
);
breaks(
  'a mail, declared harmless to repeat,',
  killedLaws({ ...byMail, ...repeated }, workers, false),
  LAWS.answer,
  openMail,
);
breaks(
  'a worker that takes the work of a dead one for done',
  killedLaws(
    {
      ...post,
      ...repeated,
      next: (world) => ({ ...world, connectors: new Map([['http', BELIEVER]]) }),
    },
    workers,
    false,
  ),
  LAWS.request,
  openDesk,
);
breaks(
  'a provider that answers before anybody is killed',
  killedLaws(post, workers, false),
  LAWS.answer,
  async () => ({ ...(await openDesk()), hold: () => new Promise(() => undefined) }),
);
