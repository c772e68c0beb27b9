/**
 * Records the histories in test/histories anew, one per behaviour: `node test/record-histories.ts`. To be run
 * when old runs are meant to notice a change of the workflow code, together with the change's entry in
 * workflows/changes.ts. With names of behaviours, only those, and nothing is taken away. What is recorded is synthetic: simulated providers, example domains.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { startServer } from '../client/server/start.ts';
import { startSite } from '../simulators/device/site.ts';
import { bundleWorkflows } from '../worker/bundle.ts';
import { quietRuntime } from '../worker/main.ts';
import { openScene, type Run, type Scene } from './server/scene.ts';
import {
  approvedByUpdate,
  cancelled,
  continued,
  denied,
  expired,
  failureIsolated,
  happyGoogle,
  humanStepConfirmed,
  malformedSignal,
  rejected,
  settled,
  startedAgain,
  undone,
  undoneAfterFailure,
  withdrawn,
  type Story,
} from './server/stories.ts';

const STORIES: { readonly [behaviour: string]: Story } = {
  'happy-google': happyGoogle,
  rejected,
  expired,
  denied,
  'failure-isolated': failureIsolated,
  'human-step-confirmed': humanStepConfirmed,
  cancelled,
  continued,
  'malformed-signal': malformedSignal,
  'approved-by-update': approvedByUpdate,
  settled,
  'started-again': startedAgain,
  withdrawn,
  undone,
  'undone-after-failure': undoneAfterFailure,
};

const chosen = process.argv.slice(2);
const folder = join(import.meta.dirname, 'histories');
const say = (line: string): void => void process.stdout.write(`${line}\n`);

quietRuntime((line) => void process.stderr.write(`${line}\n`));
const [server, bundle] = await Promise.all([startServer(), bundleWorkflows()]);
try {
  if (chosen.length === 0) await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const [behaviour, tell] of Object.entries(STORIES)) {
    if (chosen.length > 0 && !chosen.includes(behaviour)) continue;
    // The queue's name becomes the case's, so that what is recorded says what it is.
    const site = await startSite();
    const connectors = site.settings;
    const scene = await openScene({ address: server.address, bundle, taskQueue: behaviour, connectors });
    try {
      await save(scene, await tell(scene), behaviour);
    } finally {
      await scene.close();
      await site.close();
    }
  }
} finally {
  await server.stop();
}

/** As `cordon history` does, but for every run of the chain. */
async function save(scene: Scene, run: Run, behaviour: string): Promise<void> {
  let next: string | null = run.chain;
  for (let n = 1; next !== null; n += 1) {
    const handle: WorkflowHandle = scene.client.workflow.getHandle(run.id, next);
    const history: Awaited<ReturnType<WorkflowHandle['fetchHistory']>> = await handle.fetchHistory();
    const { type } = await handle.describe();
    next = history.events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId || null;
    const part = n > 1 || next !== null ? `-${n}` : '';
    const file = join(folder, `${type}@${behaviour}${part}.json`);
    await writeFile(file, `${historyToJSON(history)}\n`);
    say(`${file}: ${history.events?.length ?? 0} events`);
  }
}
