/** Logs that grow, for the tests of what signs them. */
import { join } from 'node:path';
import type { AppendLogAct } from '../../activities/checkpoints/acts.ts';
import {
  startCheckpointer,
  type Cadence,
  type Checkpointer,
} from '../../activities/checkpoints/checkpointer.ts';
import { createDelivery, type Delivery } from '../../activities/checkpoints/delivery.ts';
import { examine } from '../../activities/checkpoints/examine.ts';
import { openKeyring, type Keyring } from '../../activities/checkpoints/keyring.ts';
import { createFileSink } from '../../activities/checkpoints/sinks/file.ts';
import type { Sink } from '../../activities/checkpoints/sinks/sink.ts';
import { actEvent } from '../../activities/stores/audit.ts';
import { createMemoryLedger } from '../../activities/stores/index.ts';
import type { Ledger } from '../../activities/stores/ledger.ts';
import { event, START } from '../audit/samples.ts';

export const LOG = 'example.org/log';
export const QUICK: Cadence = { every: 256, everyMs: 40, heartbeatMs: 600_000 };

export interface Grown {
  readonly ledger: Ledger;
  readonly appendLogAct: AppendLogAct;
  /** Appends that many entries, in commits of at most `at` each. */
  readonly grow: (count: number, at?: number) => Promise<void>;
}

let acts = 0;

export function logOver(ledger: Ledger, run = 'a'): Grown {
  let next = 0;
  return {
    ledger,
    async appendLogAct(name, details) {
      const about = String((acts += 1));
      const [receipt] = await ledger.append([actEvent({ event: name, details, at: START, about })]);
      return { index: receipt?.index ?? -1 };
    },
    async grow(count, at = 1000) {
      for (let rest = count; rest > 0; rest -= at) {
        const some = Math.min(rest, at);
        await ledger.append(Array.from({ length: some }, (_, n) => event(run, next + n)));
        next += some;
      }
    },
  };
}

export const memoryLog = (): Grown => logOver(createMemoryLedger({ log: LOG }));

export async function keyringIn(folder: string, log = LOG, signedBefore = false): Promise<Keyring> {
  const opened = await openKeyring(join(folder, 'keys', 'log.json'), log, signedBefore);
  if (opened.kind === 'problem') throw new Error(opened.problem);
  return opened.keyring;
}

export interface Signing {
  readonly checkpointer: Checkpointer;
  readonly lines: readonly string[];
}

/** As the worker starts it; throws the problem that keeps it from starting. */
export async function signing(
  { ledger, appendLogAct }: Grown,
  keyring: Keyring,
  {
    file = null,
    sinks = [],
    cadence = QUICK,
  }: { file?: string | null; sinks?: readonly Sink[]; cadence?: Cadence } = {},
): Promise<Signing> {
  const store = ledger.checkpoints;
  const examined = await examine({ ledger, store, keyring, file });
  if (examined.kind === 'problem') throw new Error(examined.problem);
  const lines: string[] = [];
  const log = (line: string): void => void lines.push(line);
  const delivery = (sink: Sink): Delivery => createDelivery({ sink, attach: store.attach, log });
  const from = (size: number) => store.list(size, 10_000);
  const first = file === null ? null : delivery(createFileSink({ path: file, log: keyring.log, from }));
  const others = sinks.map(delivery);
  const { tree } = examined;
  const checkpointer = startCheckpointer({
    ledger,
    store,
    keyring,
    tree,
    cadence,
    first,
    others,
    appendLogAct,
    log,
  });
  return { checkpointer, lines };
}

export async function until(what: () => Promise<boolean> | boolean, withinMs = 5_000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await what())) {
    if (Date.now() > end) throw new Error(`it did not come to that within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export const newestSize = async ({ ledger }: Grown): Promise<number> =>
  (await ledger.checkpoints.newest())?.size ?? 0;
