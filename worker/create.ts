/** A Temporal worker over a world: workflows from the bundle, activities with errors mapped in one place. */
import { Context } from '@temporalio/activity';
import { Worker, type NativeConnection } from '@temporalio/worker';
import { createActivities } from '../activities/index.ts';
import { failureOf } from '../activities/failure.ts';
import type { Pulse, World } from '../activities/world.ts';
import type { Bundle } from './bundle.ts';
import { dataConverter } from './payloads.ts';
import type { OwnQueue } from './served.ts';

/** What every worker of a process has. */
export interface CallerInput {
  readonly world: World;
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly taskQueue: string;
  /** How long calls under way may take to end after shutdown begins. */
  readonly graceMs?: number;
  readonly log: (line: string) => void;
}

/** What one that advances runs has besides. */
export interface WorkerInput extends CallerInput {
  readonly bundle: Bundle;
  /** Runs kept in memory; 0 replays every run at every step, which only tests want. */
  readonly maxCachedWorkflows?: number;
  /** Errors inside workflows say where they were made; see `traceless`. */
  readonly traces?: boolean;
}

export async function createWorker(input: WorkerInput): Promise<Worker> {
  const { world, taskQueue, bundle } = input;
  return Worker.create({
    ...shared(input),
    taskQueue,
    workflowBundle: input.traces === true ? bundle.workflows : traceless(bundle.workflows),
    activities: guarded({ ...createActivities(world) }, world, input.log),
    ...(input.maxCachedWorkflows === undefined ? {} : { maxCachedWorkflows: input.maxCachedWorkflows }),
  });
}

/** Takes up calls of one connector, and no runs. The server counts its rate over all workers of the queue. */
export async function createConnectorWorker(
  input: CallerInput,
  { taskQueue, perSecond }: OwnQueue,
): Promise<Worker> {
  const { act, check } = createActivities(input.world);
  return Worker.create({
    ...shared(input),
    taskQueue,
    activities: guarded({ act, check }, input.world, input.log),
    ...(perSecond === null ? {} : { maxTaskQueueActivitiesPerSecond: perSecond }),
  });
}

function shared({ connection, namespace, graceMs = 30_000 }: CallerInput) {
  return {
    connection,
    namespace,
    dataConverter,
    shutdownGraceTime: graceMs,
    shutdownForceTime: graceMs + 10_000,
  };
}

/**
 * The SDK takes a stack trace of every promise that a run makes, for people who ask where it stands. A task makes
 * some forty, and their traces cost 3 of the 17 ms of worker time that it takes; the `status` query tells more. A
 * bug is not lost: the run waits at its workflow task, and a worker with traces meets the same error again.
 * On the first line, which the source map does not describe.
 */
function traceless<B extends Bundle['workflows']>(workflows: B): B {
  return { ...workflows, code: `Error.stackTraceLimit = 0; ${workflows.code}` };
}

type AnyActivity = (input: never) => Promise<unknown>;

/** History gets the mapped failure; the log gets the foreign one's kind, with secrets taken out. */
function guarded(
  activities: { readonly [name: string]: AnyActivity },
  world: World,
  log: (line: string) => void,
): { [name: string]: AnyActivity } {
  return Object.fromEntries(
    Object.entries(activities).map(([name, activity]) => [
      name,
      async (input: never): Promise<unknown> => {
        try {
          return await activity(input);
        } catch (error) {
          const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
          log(world.redact(`${name} will be tried again: ${text}`));
          throw failureOf(error);
        }
      },
    ]),
  );
}

/** The attempt that is running now, from Temporal's own context. */
export function temporalPulse(): Pulse {
  const context = Context.current();
  const { workflowExecution, attempt } = context.info;
  return {
    attemptId: `${workflowExecution?.runId ?? 'none'}:${attempt}`,
    scheduledAt: context.info.currentAttemptScheduledTimestampMs,
    signal: context.cancellationSignal,
    cancelled: () => context.cancellationSignal.aborted && !shuttingDown(context.cancellationSignal.reason),
    beat: () => context.heartbeat(),
  };
}

/** The SDK cancels activities of a worker that stops, with this message. */
function shuttingDown(reason: unknown): boolean {
  return reason instanceof Error && reason.message === 'WORKER_SHUTDOWN';
}
