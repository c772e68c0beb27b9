/** What a worker process does for the record beside its runs: checkpoints, and seals over closed histories. */
import type { Client } from '@temporalio/client';
import { startCheckpointing } from '../activities/checkpoints/index.ts';
import type { World } from '../activities/world.ts';
import type { Config } from './config.ts';
import { startReconciler } from './reconcile/reconciler.ts';

export type Upkeep =
  | { readonly kind: 'upkeep'; readonly stop: () => Promise<void> }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

export interface UpkeepInput {
  readonly client: Client;
  readonly config: Pick<Config, 'record' | 'taskQueue' | 'sealMinutes'>;
  readonly world: Pick<World, 'ledger' | 'secret'>;
  readonly log: (line: string) => void;
}

/** Before anything is polled: nothing may run on a record that is not what it was. */
export async function startUpkeep({ client, config, world, log }: UpkeepInput): Promise<Upkeep> {
  const { ledger, secret } = world;
  const { record, taskQueue, sealMinutes } = config;
  const checkpointing = await startCheckpointing({ ledger, config: record, log, secret });
  if (checkpointing.kind === 'problems') return checkpointing;
  const reconciler = startReconciler({ client, ledger, taskQueue, everyMs: sealMinutes * 60_000, log });
  return {
    kind: 'upkeep',
    async stop() {
      await reconciler.stop();
      await checkpointing.stop();
    },
  };
}

/** Where others make calls only, whoever advances the runs keeps the record, with a key that need not travel. */
export const noUpkeep: Upkeep = { kind: 'upkeep', stop: () => Promise.resolve() };
