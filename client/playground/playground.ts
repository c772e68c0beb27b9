/**
 * Everything on this machine and in this process but the Temporal server: simulated providers, a worker, a
 * client. For `dev`, the demo, and tests.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { Client, Connection } from '@temporalio/client';
import { startSite, type Site } from '../../simulators/device/site.ts';
import { startGoogleSimulator } from '../../simulators/google/simulator.ts';
import { startGraphSimulator } from '../../simulators/graph/index.ts';
import { startMailSimulator } from '../../simulators/mail/mail.ts';
import type { Bundle } from '../../worker/bundle.ts';
import type { Config } from '../../worker/config.ts';
import { startWorker, type ConnectionOptions, type StartedWorker } from '../../worker/main.ts';
import type { Residents } from './people.ts';
import { writeSettings, type Keep, type Places, type Providers } from './settings.ts';

export interface PlaygroundInput extends Omit<Places, 'taskQueue'> {
  readonly address: string;
  /** Where an address alone does not say how to get in. */
  readonly connectionOptions?: ConnectionOptions;
  readonly namespace: string;
  /** A queue of its own where absent, so that several playgrounds share a server. */
  readonly taskQueue?: string;
  readonly bundle?: Bundle;
  readonly maxCachedWorkflows?: number;
  readonly graceMs?: number;
  /** Without a worker: whoever opened the playground runs one, in this process or another. */
  readonly workerless?: boolean;
  readonly effectsFile?: string;
  /** With a compromised host, its switch and resolver, and a router with its doors open. */
  readonly withSite?: boolean;
  readonly log: (line: string) => void;
}

export interface Playground extends Providers {
  readonly config: Config;
  /** Null where names are believed. */
  readonly residents: Residents | null;
  /** Keeps a value among the playground's secrets, and gives its reference. */
  readonly keep: Keep;
  readonly client: Client;
  /** Ends the worker that runs, if one does, after calls under way have ended. */
  stopWorker(): Promise<void>;
  startWorker(): Promise<void>;
  close(): Promise<void>;
}

export async function openPlayground(input: PlaygroundInput): Promise<Playground> {
  mkdirSync(input.folder, { recursive: true, mode: 0o700 });
  const [google, graph, mail, site] = await Promise.all([
    startGoogleSimulator(),
    startGraphSimulator(),
    startMailSimulator(),
    input.withSite === true ? startSite() : null,
  ]);
  const providers = { google, graph, mail, site };
  const { config, residents, keep } = writeSettings(
    { ...input, taskQueue: input.taskQueue ?? `cordon-${randomUUID().slice(0, 8)}` },
    providers,
  );
  const connectionOptions = input.connectionOptions ?? { address: input.address };
  const connection = await Connection.connect(connectionOptions);
  let worker: Extract<StartedWorker, { kind: 'worker' }> | null = null;
  const playground: Playground = {
    ...providers,
    config,
    residents,
    keep,
    client: new Client({ connection, namespace: input.namespace }),
    async startWorker() {
      if (worker !== null) return;
      const started = await startWorker({
        ...input,
        config,
        temporal: { connectionOptions, namespace: input.namespace },
      });
      if (started.kind === 'problems') throw new Error(started.problems.join('\n'));
      worker = started;
    },
    async stopWorker() {
      const running = worker;
      worker = null;
      await running?.stop();
    },
    async close() {
      await playground.stopWorker();
      await connection.close();
      await Promise.all([google.close(), graph.close(), mail.close(), site?.close()]);
    },
  };
  if (input.workerless !== true) await playground.startWorker();
  return playground;
}

/** Throws in a playground that was opened without one. */
export function siteOf({ site }: Pick<Playground, 'site'>): Site {
  if (site === null) throw new Error('this playground has no site; open it with one');
  return site;
}
