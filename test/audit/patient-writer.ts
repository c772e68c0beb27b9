/**
 * A process that records events one after the other and repeats what the store could not take, as an activity that is tried
 * again does. Arguments: file, first event, events. Lines on stdout, each written through: `done <n>` for what was
 * acknowledged, `refused <code>` for a refusal. Anything else that is thrown ends it, as a fault of ours.
 */
import { writeSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { openStores } from '../../activities/stores/index.ts';
import type { NewEvent } from '../../activities/stores/audit.ts';
import { StoreError, type Ledger } from '../../activities/stores/ledger.ts';

const [path = '', first = '0', count = '0'] = process.argv.slice(2);
const START = 1_790_000_000_000;
const MOST_TRIES = 30;

function eventOf(n: number): NewEvent {
  return {
    run: { workflowId: 'w', chain: 'a', startedAt: START, caseId: 'c', playbook: 'p' },
    fact: { event: 'policy_checked', task: 't', details: { n }, at: START + n, coordinate: String(n) },
  };
}

async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StoreError) || attempt === MOST_TRIES) throw error;
      writeSync(1, `refused ${error.code}: ${error.message}\n`);
      await wait(20);
    }
  }
}

const ledger: Ledger = await patiently(() => openStores(path, { log: 'test', now: () => START }));
for (let n = Number(first); n < Number(first) + Number(count); n += 1) {
  await patiently(() => ledger.append([eventOf(n)]));
  writeSync(1, `done ${n}\n`);
}
await ledger.close();
