/** How much of a sequential task's time the record takes: what the ledger is waited for, in runs on a real server. */
import type { Ledger } from '../activities/stores/ledger.ts';
import type { Measure, Sample } from './budget.ts';
import { PLAYBOOKS } from './fixture.ts';
import { elapsed } from './measures.ts';
import { openStage } from './stage.ts';

const WARM_UP = 2;
const ROUNDS = 8;

export async function measureShare(say: (line: string) => void): Promise<readonly Measure[]> {
  const watch = createWatch();
  say('a server, for the share that the record has in a task');
  const stage = await openStage(say, watch.over);
  try {
    const { chain20 } = PLAYBOOKS;
    const samples: Sample[] = [];
    for (let round = -WARM_UP; round < ROUNDS; round += 1) {
      const before = watch.ms();
      const whole = await elapsed(() => stage.ours(chain20));
      const sample = { ours: (watch.ms() - before) / chain20.tasks, bare: whole / chain20.tasks };
      if (round >= 0) samples.push(sample);
    }
    return [
      {
        id: 'audit_share',
        what: 'waiting for the ledger, beside the whole of a sequential task',
        unit: 'ms',
        samples,
        budget: null,
      },
    ];
  } finally {
    await stage.close();
  }
}

/** Time in which at least one call of the ledger is open: two at once do not count twice. */
function createWatch() {
  let open = 0;
  let since = 0;
  let total = 0;
  const watched = async <T>(call: () => Promise<T>): Promise<T> => {
    if (open === 0) since = performance.now();
    open += 1;
    try {
      return await call();
    } finally {
      open -= 1;
      if (open === 0) total += performance.now() - since;
    }
  };
  const over = (ledger: Ledger): Ledger => ({
    ...ledger,
    append: (...given) => watched(() => ledger.append(...given)),
    lookup: (...given) => watched(() => ledger.lookup(...given)),
    exceeded: (...given) => watched(() => ledger.exceeded(...given)),
    begin: (...given) => watched(() => ledger.begin(...given)),
    finish: (...given) => watched(() => ledger.finish(...given)),
    settle: (...given) => watched(() => ledger.settle(...given)),
    put: (...given) => watched(() => ledger.put(...given)),
    get: (...given) => watched(() => ledger.get(...given)),
  });
  return { over, ms: () => total };
}
