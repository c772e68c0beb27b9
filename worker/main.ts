/** The composition root of a worker process: configuration, world, connection, run until told to stop. */
import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection, Runtime, DefaultLogger } from '@temporalio/worker';
import { probeAttestation } from './attestation-probe.ts';
import { startCheckpointing } from '../activities/checkpoints/index.ts';
import { openBundle, type Bundle } from './bundle.ts';
import type { LineGuard } from '../activities/secrets/line-guard.ts';
import type { Config } from './config.ts';
import { createWorker } from './create.ts';
import { createLog } from './log.ts';
import { startReconciler } from './reconcile/reconciler.ts';
import { ensureSearchAttributes } from './search-attributes.ts';
import { openWorld } from './world.ts';

export interface WorkerSettings {
  readonly config: Config;
  /** Where Temporal is; from the environment or profile when absent. */
  readonly temporal?: { readonly connectionOptions: ConnectionOptions; readonly namespace: string };
  readonly bundle?: Bundle;
  readonly maxCachedWorkflows?: number;
  readonly graceMs?: number;
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
    }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

/** One line per event, no colours: logs are read by machines first. */
export function quietRuntime(log: (line: string) => void): void {
  const logger = new DefaultLogger('WARN', ({ level, message }) => log(`${level.toLowerCase()} ${message}`));
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
  const opened = await openWorld({ config, searchable, client });
  if (opened.kind === 'problems') {
    await connection.close();
    return opened;
  }
  const { guardLines } = opened;
  log.guardBy(guardLines);
  const { ledger, secret } = opened.world;
  // Before anything is polled: nothing may run on a record that is not what it was.
  const checkpointing = await startCheckpointing({ ledger, config: config.record, log: log.line, secret });
  if (checkpointing.kind === 'problems') {
    await opened.close();
    await connection.close();
    return checkpointing;
  }
  const native = await NativeConnection.connect(options);
  const worker = await createWorker({
    world: opened.world,
    connection: native,
    namespace,
    taskQueue: config.taskQueue,
    bundle: settings.bundle ?? (await openBundle()),
    traces: Boolean(process.env['CORDON_DEBUG']),
    log: log.line,
    ...(settings.maxCachedWorkflows === undefined ? {} : { maxCachedWorkflows: settings.maxCachedWorkflows }),
    ...(settings.graceMs === undefined ? {} : { graceMs: settings.graceMs }),
  });
  const running = async (): Promise<void> => {
    const { ledger } = opened.world;
    const { taskQueue, sealMinutes } = config;
    const reconciler = startReconciler({
      client,
      ledger,
      taskQueue,
      everyMs: sealMinutes * 60_000,
      log: log.line,
    });
    try {
      await worker.run();
    } finally {
      await reconciler.stop();
      await checkpointing.stop();
      await opened.close();
      await native.close();
      await connection.close();
      log.flush();
    }
  };
  const stopped = running();
  const stop = async (): Promise<void> => {
    if (worker.getState() === 'RUNNING') worker.shutdown();
    await stopped;
  };
  return { kind: 'worker', stop, stopped, guardLines };
}

/** For the command line: runs until SIGINT or SIGTERM; calls under way are given time to end. */
export async function runWorker(config: Config, log: (line: string) => void): Promise<StartedWorker> {
  const sdk = createLog(log);
  quietRuntime(sdk.line);
  const started = await startWorker({ config, log });
  if (started.kind === 'worker') sdk.guardBy(started.guardLines);
  return started;
}
