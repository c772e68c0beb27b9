/** The composition root of a worker process: configuration, world, connection, run until told to stop. */
import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection, Runtime, DefaultLogger } from '@temporalio/worker';
import { probeAttestation } from './attestation-probe.ts';
import { openBundle, type Bundle } from './bundle.ts';
import type { LineGuard } from '../activities/secrets/line-guard.ts';
import type { Config } from './config.ts';
import { createFleet, type FleetInput } from './fleet.ts';
import { createLog } from './log.ts';
import { ensureSearchAttributes } from './search-attributes.ts';
import type { OwnQueue } from './served.ts';
import { noUpkeep, startUpkeep } from './upkeep.ts';
import { openWorld } from './world.ts';

export interface WorkerSettings {
  readonly config: Config;
  /** Where Temporal is; from the environment or profile when absent. */
  readonly temporal?: { readonly connectionOptions: ConnectionOptions; readonly namespace: string };
  readonly bundle?: Bundle;
  readonly maxCachedWorkflows?: number;
  readonly graceMs?: number;
  /** Only calls of these connectors, and no runs: for a worker in a network of its own. Absent: everything. */
  readonly only?: readonly string[];
  readonly log: (line: string) => void;
}

/** As Temporal's own profile gives them: address, TLS, API key. */
export type ConnectionOptions = ReturnType<typeof loadClientConnectConfig>['connectionOptions'];

export type StartedWorker =
  | {
      readonly kind: 'worker';
      readonly stop: () => Promise<void>;
      readonly stopped: Promise<void>;
      /** Knows the worker's secrets; see `Log`. */
      readonly guardLines: (write: (line: string) => void) => LineGuard;
      /** Queues of connectors that it polls, beside the common one. */
      readonly polled: readonly OwnQueue[];
    }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

/** A worker for calls only is meant to be one. */
const EXPECTED = new Set(['No workflows registered, not polling for workflow tasks']);

/** One line per event, no colours: logs are read by machines first. */
export function quietRuntime(log: (line: string) => void): void {
  const logger = new DefaultLogger('WARN', ({ level, message }) => {
    if (!EXPECTED.has(message)) log(`${level.toLowerCase()} ${message}`);
  });
  Runtime.install({
    logger,
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } },
  });
}

/** Throws when Temporal cannot be reached; configuration faults come back as problems, all at once. */
export async function startWorker(settings: WorkerSettings): Promise<StartedWorker> {
  const { config } = settings;
  const log = createLog(settings.log);
  const profile = loadClientConnectConfig();
  const options = settings.temporal?.connectionOptions ?? profile.connectionOptions;
  const namespace = settings.temporal?.namespace ?? profile.namespace ?? 'default';
  const connection = await Connection.connect(options);
  const client = new Client({ connection, namespace });
  const probed = config.principal.accept ? await probeAttestation(client, config.taskQueue) : null;
  if (probed?.kind === 'problems') {
    await connection.close();
    return probed;
  }
  const searchable = await ensureSearchAttributes(connection, namespace);
  const { only } = settings;
  const opened = await openWorld({ config, searchable, client, ...(only === undefined ? {} : { only }) });
  if (opened.kind === 'problems') {
    await connection.close();
    return opened;
  }
  const { guardLines, world, served } = opened;
  log.guardBy(guardLines);
  const upkeep = only === undefined ? await startUpkeep({ client, config, world, log: log.line }) : noUpkeep;
  if (upkeep.kind === 'problems') {
    await opened.close();
    await connection.close();
    return upkeep;
  }
  const native = await NativeConnection.connect(options);
  const fleet = await createFleet({
    ...settings,
    world,
    connection: native,
    namespace,
    taskQueue: config.taskQueue,
    log: log.line,
    polled: served.polled,
    // Making the bundle takes seconds, and whoever makes calls only has no use for it.
    runs: only === undefined ? await runsWith(settings) : null,
  });
  const running = async (): Promise<void> => {
    try {
      await fleet.run();
    } finally {
      await upkeep.stop();
      await opened.close();
      await native.close();
      await connection.close();
      log.flush();
    }
  };
  const stopped = running();
  const stop = async (): Promise<void> => {
    fleet.stop();
    await stopped;
  };
  return { kind: 'worker', stop, stopped, guardLines, polled: served.polled };
}

async function runsWith({ bundle, maxCachedWorkflows }: WorkerSettings): Promise<FleetInput['runs']> {
  return {
    bundle: bundle ?? (await openBundle()),
    traces: Boolean(process.env['CORDON_DEBUG']),
    ...(maxCachedWorkflows === undefined ? {} : { maxCachedWorkflows }),
  };
}

/** For the command line: runs until SIGINT or SIGTERM; calls under way are given time to end. */
export async function runWorker(
  config: Config,
  log: (line: string) => void,
  only?: readonly string[],
): Promise<StartedWorker> {
  const sdk = createLog(log);
  quietRuntime(sdk.line);
  const started = await startWorker({ config, log, ...(only === undefined ? {} : { only }) }).catch(
    async (error: unknown) => {
      await Runtime.instance().shutdown();
      throw error;
    },
  );
  // The runtime goes with its last worker; where there never was one, it would keep the process alive.
  if (started.kind === 'problems') await Runtime.instance().shutdown();
  else sdk.guardBy(started.guardLines);
  return started;
}
