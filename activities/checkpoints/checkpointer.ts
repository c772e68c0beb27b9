/**
 * Signs the log as it grows.
 *
 * C1 Order: entries are durable, then a checkpoint is signed, then it is stored, then the file outside has it, then
 *    the other sinks. Nothing is published that the store could forget having said.
 * C2 There is a checkpoint over every multiple of `every` entries, and over what there is soon after news. A log
 *    that lacks one was not written by this code.
 * C3 A log without news says so every `heartbeatMs`: silence is an entry too, and signed.
 * C4 What fails here is reported and tried again; appends never wait for it. Only a log that contradicts itself
 *    is no longer signed.
 */
import type { Tree } from '../../workflows/audit/merkle.ts';
import type { AuditStore } from '../stores/audit.ts';
import type { CheckpointStore, StoredCheckpoint } from '../stores/checkpoints.ts';
import { StoreError } from '../stores/ledger.ts';
import type { AppendLogAct } from './acts.ts';
import type { Delivery } from './delivery.ts';
import type { Keyring } from './keyring.ts';
import { rotateWhenAsked } from './rotate.ts';
import { grow, sealed, treeAt } from './seal.ts';

export interface Cadence {
  /** Entries. */
  readonly every: number;
  /** A checkpoint follows news within this time. */
  readonly everyMs: number;
  readonly heartbeatMs: number;
}

export interface CheckpointerInput {
  readonly ledger: Pick<AuditStore, 'head' | 'read'>;
  readonly store: CheckpointStore;
  readonly keyring: Keyring;
  /** Standing at the newest checkpoint. */
  readonly tree: Tree;
  readonly cadence: Cadence;
  /** The file outside, when there is one: it has a checkpoint before the others do. */
  readonly first: Delivery | null;
  readonly others: readonly Delivery[];
  readonly appendLogAct: AppendLogAct;
  readonly log: (line: string) => void;
}

export interface Checkpointer {
  /** Signs what there is, brings it to the sinks, and ends. */
  stop(): Promise<void>;
}

/** For sinks at the end; the file is not bound by it. */
const FAREWELL_MS = 5_000;

export function startCheckpointer(input: CheckpointerInput): Checkpointer {
  const { cadence, log } = input;
  let timer: NodeJS.Timeout | null = null;
  let under: Promise<void> = Promise.resolve();
  let stopped = false;
  let told: string | null = null;
  const turn = createTurn(input);

  const guarded = async (last: boolean): Promise<void> => {
    try {
      const alarm = await turn(last);
      if (alarm !== null) {
        stopped = true;
        log(`error the audit log is no longer signed: ${alarm}`);
      } else if (told !== null) log('info the audit log is signed again');
      told = null;
    } catch (error) {
      const text = error instanceof Error ? error.message : 'unknown error';
      if (text !== told) log(`warn the audit log could not be signed and will be again: ${text}`);
      told = text;
    }
  };
  const schedule = (): void => {
    if (stopped) return;
    // Half the time, so that news just after a look is signed in time all the same.
    timer = setTimeout(() => {
      under = guarded(false).finally(schedule);
    }, cadence.everyMs / 2);
    timer.unref();
  };
  under = guarded(false).finally(schedule);

  return {
    async stop() {
      const alarmed = stopped;
      stopped = true;
      if (timer !== null) clearTimeout(timer);
      await under;
      if (timer !== null) clearTimeout(timer);
      if (!alarmed) await guarded(true);
      await input.first?.stop(FAREWELL_MS);
      await Promise.all(input.others.map((delivery) => delivery.stop(FAREWELL_MS)));
    },
  };
}

/** One look at the log. Says why it must not be signed any more, or null. */
function createTurn(input: CheckpointerInput): (last: boolean) => Promise<string | null> {
  const { ledger, store, keyring, cadence, appendLogAct } = input;
  let { tree } = input;
  let news = Date.now();
  let seen = -1;

  return async (last) => {
    if (!last) await rotateWhenAsked({ ledger, keyring, appendLogAct });
    let head = await ledger.head();
    if (head.size < tree.size())
      return `it had ${tree.size()} entries and has ${head.size}; run "cordon audit verify" and keep the store as evidence`;
    if (head.size !== seen) news = Date.now();
    else if (!last && Date.now() - news >= cadence.heartbeatMs) {
      await appendLogAct('heartbeat', { size: head.size });
      head = await ledger.head();
      news = Date.now();
    }
    seen = head.size;
    if (head.size === tree.size()) return null;
    const grown = treeAt({ size: tree.size(), edge: edgeOf(tree) });
    const checkpoints = await signedTo(grown, head.size, input);
    const answer = await store.put(checkpoints);
    if (answer.kind === 'behind') {
      const own = checkpoints.find(({ size }) => size === answer.newest.size);
      if (own !== undefined && own.note.split('\n\n')[0] !== answer.newest.note.split('\n\n')[0])
        return `another process signed another log of ${own.size} entries under its name`;
      tree = treeAt(answer.newest.size <= head.size ? answer.newest : { size: tree.size(), edge: edgeOf(tree) });
      return null;
    }
    tree = grown;
    await keyring.retire(tree.size());
    await publish(checkpoints, input);
    return null;
  };
}

/** Checkpoints at every multiple on the way, and at the end. */
async function signedTo(tree: Tree, size: number, input: CheckpointerInput): Promise<readonly StoredCheckpoint[]> {
  const { ledger, keyring, cadence } = input;
  const checkpoints: StoredCheckpoint[] = [];
  await grow(tree, ledger, size, (at) => {
    if (at % cadence.every === 0 || at === size) checkpoints.push(sealed(tree, keyring));
  });
  if (checkpoints.length === 0) throw new StoreError('store_unavailable', 'the audit log could not be read');
  return checkpoints;
}

async function publish(checkpoints: readonly StoredCheckpoint[], { first, others }: CheckpointerInput): Promise<void> {
  if (first !== null) {
    first.offer(checkpoints);
    await first.attempt();
  }
  for (const delivery of others) delivery.offer(checkpoints);
}

function edgeOf(tree: Tree): readonly string[] {
  return tree.edge().map((hash) => Buffer.from(hash).toString('hex'));
}
