/**
 * The measures. Every round takes ours and the bare one right after each other, the order turning with each
 * round; both go through the same client, server, ledger, connector and activity. The bare one runs on a worker
 * as the SDK makes it, ours on the worker that `cordon worker` would start.
 *
 * - Events and time of a sequential task: a whole run of twenty tasks, each needing the one before, from the
 *   start call to the result, divided by twenty. So what a run costs as such (plan, opening, report) is in it.
 * - Throughput: a hundred runs of ten sequential tasks started at once, until the last result.
 * - Layer: one run of a hundred tasks that need nothing, start call to result.
 * - Start: the same empty workflow, start call to result, out of our bundle and out of a bundle that holds the
 *   SDK and a few lines. What our modules cost when they are loaded into a run is the difference.
 */
import type { WorkflowHandle } from '@temporalio/client';
import type { Measure, Sample } from './budget.ts';
import { PLAYBOOKS, type BenchPlaybook } from './fixture.ts';
import { countEvents, type EventCount } from './history.ts';
import type { Stage } from './stage.ts';

interface Effort {
  readonly least: number;
  readonly most: number;
  /** No round is begun after this long, unless there are too few: a busy machine gets fewer of them. */
  readonly ms: number;
}

/** Together about two minutes on two idle processors. */
const EFFORT = {
  warmUp: { least: 2, most: 2, ms: 0 },
  /** A hundred cold runs at once are slow for other reasons than those of interest. */
  burstWarmUp: { least: 1, most: 1, ms: 0 },
  chain: { least: 8, most: 40, ms: 35_000 },
  start: { least: 30, most: 100, ms: 10_000 },
  layer: { least: 5, most: 15, ms: 20_000 },
  burst: { least: 2, most: 4, ms: 30_000 },
} as const satisfies { readonly [measure: string]: Effort };
const AT_ONCE = 100;

export interface Measured {
  readonly measures: readonly Measure[];
  /** The history of one run of the chain, by type of event. */
  readonly history: { readonly ours: EventCount; readonly bare: EventCount };
}

export async function measure(stage: Stage, say: (line: string) => void): Promise<Measured> {
  const { chain20, chain10, layer100 } = PLAYBOOKS;
  say('a chain of 20 tasks');
  const history = await histories(stage, chain20);
  const events: Sample = {
    ours: history.ours.total / chain20.tasks,
    bare: history.bare.total / chain20.tasks,
  };
  const chain = await rounds(EFFORT.chain, (side) => elapsed(() => stage[side](chain20)));
  say('an empty workflow');
  await rounds(EFFORT.warmUp, (side) => elapsed(() => stage.empty(side)));
  const start = await rounds(EFFORT.start, (side) => elapsed(() => stage.empty(side)));
  say('a layer of 100 tasks');
  await rounds(EFFORT.warmUp, (side) => elapsed(() => stage[side](layer100)));
  const layer = await rounds(EFFORT.layer, (side) => elapsed(() => stage[side](layer100)));
  say('100 runs of 10 tasks at once');
  const takeBurst = (side: 'ours' | 'bare'): Promise<number> =>
    throughput(() => stage[side](chain10), chain10.tasks);
  await rounds(EFFORT.burstWarmUp, takeBurst);
  const burst = await rounds(EFFORT.burst, takeBurst);
  const perTask = chain.map(({ ours, bare }) => ({ ours: ours / chain20.tasks, bare: bare / chain20.tasks }));
  return { history, measures: budgeted({ events, perTask, burst, layer, start }) };
}

type Pair = Sample & { readonly bare: number };

interface Samples {
  readonly events: Sample;
  readonly perTask: readonly Sample[];
  readonly burst: readonly Sample[];
  readonly layer: readonly Sample[];
  readonly start: readonly Sample[];
}

function budgeted({ events, perTask, burst, layer, start }: Samples): readonly Measure[] {
  return [
    {
      id: 'events_per_task',
      what: 'history of a sequential task',
      unit: 'events',
      samples: [events],
      budget: { of: 'ours', bound: 'at_most', limit: 9 },
    },
    {
      id: 'sequential_task',
      what: 'sequential task',
      unit: 'ms',
      samples: perTask,
      budget: { of: 'ratio', bound: 'at_most', limit: 1.5 },
    },
    {
      id: 'hundred_runs',
      what: '100 runs at once',
      unit: 'tasks/s',
      samples: burst,
      budget: { of: 'ratio', bound: 'at_least', limit: 0.65 },
    },
    {
      id: 'hundred_wide_layer',
      what: '100-wide layer',
      unit: 'ms',
      samples: layer,
      budget: { of: 'ratio', bound: 'at_most', limit: 2 },
    },
    {
      id: 'workflow_start',
      what: 'start of an empty workflow',
      unit: 'ms',
      samples: start,
      budget: { of: 'extra', bound: 'at_most', limit: 5 },
    },
  ];
}

/** The bare side goes first in even rounds, ours in odd ones. */
async function rounds(
  { least, most, ms }: Effort,
  take: (side: 'ours' | 'bare') => Promise<number>,
): Promise<readonly Pair[]> {
  const samples: Pair[] = [];
  const until = performance.now() + ms;
  for (let round = 0; round < most; round += 1) {
    if (round >= least && performance.now() > until) break;
    if (round % 2 === 0) {
      const bare = await take('bare');
      samples.push({ bare, ours: await take('ours') });
    } else {
      const ours = await take('ours');
      samples.push({ ours, bare: await take('bare') });
    }
  }
  return samples;
}

export async function elapsed(start: () => Promise<WorkflowHandle>): Promise<number> {
  const from = performance.now();
  const handle = await start();
  await handle.result();
  return performance.now() - from;
}

/** Tasks per second over all runs. */
async function throughput(start: () => Promise<WorkflowHandle>, tasks: number): Promise<number> {
  const from = performance.now();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      const handle = await start();
      await handle.result();
    }),
  );
  return (AT_ONCE * tasks * 1000) / (performance.now() - from);
}

/** Also warms everything up: it runs before anything is timed. */
async function histories(stage: Stage, playbook: BenchPlaybook): Promise<Measured['history']> {
  const read = async (side: 'ours' | 'bare'): Promise<EventCount> => {
    const handle = await stage[side](playbook);
    await handle.result();
    return countEvents(await handle.fetchHistory());
  };
  await rounds(EFFORT.warmUp, (side) => elapsed(() => stage[side](playbook)));
  return { ours: await read('ours'), bare: await read('bare') };
}
