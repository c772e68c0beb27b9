/** Signing a ledger's log for as long as a worker runs. */
import { vkeyText } from '../../workflows/audit/verifier-key.ts';
import { nodeCodec } from '../stores/codec.ts';
import type { Ledger } from '../stores/ledger.ts';
import { createAppendLogAct } from './acts.ts';
import { startCheckpointer } from './checkpointer.ts';
import { createDelivery, type Delivery } from './delivery.ts';
import { codeOfError } from './disk.ts';
import { examine } from './examine.ts';
import { openKeyring } from './keyring.ts';
import { openSinks } from './open-sinks.ts';
import { createProver } from './prover.ts';
import type { RecordSettings } from './settings.ts';
import { createFileSink } from './sinks/file.ts';
import type { Sink } from './sinks/sink.ts';

export interface CheckpointingInput {
  readonly ledger: Ledger;
  readonly config: RecordSettings;
  readonly log: (line: string) => void;
  /** Throws when this reader may not have it or it is not there. */
  readonly secret: (reference: string, reader: string) => Promise<string>;
  /** The recording clock, milliseconds since 1970. */
  readonly now?: () => number;
}

export type StartedCheckpointing =
  | {
      readonly kind: 'checkpointing';
      /** Signs what there is, brings it to the sinks, and ends. The ledger MUST still be open. */
      readonly stop: () => Promise<void>;
    }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

/** Looks at the log before anything is signed; where it is not what it was, nothing may run on it. */
export async function startCheckpointing(input: CheckpointingInput): Promise<StartedCheckpointing> {
  const { ledger, config, log, secret, now = Date.now } = input;
  if (config.keys === null) {
    log('info this worker does not sign the record; see that another one does');
    return { kind: 'checkpointing', stop: async () => {} };
  }
  const store = ledger.checkpoints;
  const head = await ledger.head();
  const keys = await keyringOf(config.keys, head.log, (await store.newest()) !== null);
  if (keys.kind === 'problem') return problems(keys.problem);
  const { keyring } = keys;
  const examined = await examine({ ledger, store, keyring, file: config.witnessFile });
  if (examined.kind === 'problem') return problems(examined.problem);
  const prove = createProver(ledger, store);
  const opened = await openSinks({ settings: config, log: head.log, store, prove, secret });
  if (opened.kind === 'problem') return problems(opened.problem);

  const newest = keyring.windows().at(-1);
  if (newest !== undefined)
    log(
      `info ${keys.made ? 'a key was made for the record; it' : 'the record'} is signed as ${vkeyText(newest.key, nodeCodec)}`,
    );
  const appendLogAct = createAppendLogAct(ledger, now);
  await appendLogAct('log_opened', {});
  const delivery = (sink: Sink): Delivery => createDelivery({ sink, attach: store.attach, log });
  const checkpointer = startCheckpointer({
    ledger,
    store,
    keyring,
    tree: examined.tree,
    cadence: {
      every: config.checkpointEvery,
      everyMs: config.checkpointMs,
      heartbeatMs: config.heartbeatMinutes * 60_000,
    },
    first: config.witnessFile === null ? null : delivery(fileSink(config.witnessFile, ledger, keyring.log)),
    others: opened.sinks.map(delivery),
    appendLogAct,
    log,
  });
  return { kind: 'checkpointing', stop: checkpointer.stop };
}

/** Written at a time; a file that is further behind catches up in several turns. */
const PAGE = 4096;

function fileSink(path: string, { checkpoints }: Ledger, log: string): Sink {
  return createFileSink({ path, log, from: (size) => checkpoints.list(size, PAGE) });
}

async function keyringOf(
  ...[path, log, signedBefore]: Parameters<typeof openKeyring>
): ReturnType<typeof openKeyring> {
  try {
    return await openKeyring(path, log, signedBefore);
  } catch (error) {
    return {
      kind: 'problem',
      problem: `${path} cannot be made (${codeOfError(error)}); name another file as record.keys`,
    };
  }
}

function problems(problem: string): StartedCheckpointing {
  return { kind: 'problems', problems: [problem] };
}
