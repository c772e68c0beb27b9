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
import { createTree, type Tree } from '../../workflows/audit/merkle.ts';
import type { AuditStore } from '../stores/audit.ts';
import type { CheckpointStore, StoredCheckpoint } from '../stores/checkpoints.ts';
import { nodeCodec } from '../stores/codec.ts';
import type { AppendLogAct } from './acts.ts';
import type { Delivery } from './delivery.ts';
import type { Keyring } from './keyring.ts';
import { rotateWhenAsked } from './rotate.ts';
import { grow, sealed } from './seal.ts';

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
  const { ledger, keyring, cadence, appendLogAct } = input;
  let { tree } = input;
  let news = Date.now();
  let seen = tree.size();

  return async (last) => {
    if (!last) await rotateWhenAsked({ ledger, keyring, appendLogAct });
    let { size } = await ledger.head();
    if (size < tree.size())
      return `it had ${tree.size()} entries and has ${size}; run "cordon audit verify" and keep the store as evidence`;
    if (size === seen && !last && Date.now() - news >= cadence.heartbeatMs) {
      await appendLogAct('log_heartbeat', {});
      ({ size } = await ledger.head());
    }
    if (size !== seen) news = Date.now();
    seen = size;
    if (size === tree.size()) return null;
    // A copy: when anything below fails, the next turn begins where this one did.
    const grown = createTree(nodeCodec.sha256, { size: tree.size(), edge: tree.edge() });
    const kept = await keep(await signedTo(grown, size, input), input);
    if (kept.kind === 'forked') return kept.reason;
    tree = grown;
    await keyring.retire(size);
    const newest = kept.checkpoints.at(-1);
    if (newest !== undefined) await publish(newest, input);
    return null;
  };
}

/** Checkpoints at every multiple on the way, and at the end. */
async function signedTo(
  tree: Tree,
  size: number,
  { ledger, keyring, cadence }: CheckpointerInput,
): Promise<readonly StoredCheckpoint[]> {
  const checkpoints: StoredCheckpoint[] = [];
  await grow(tree, ledger, size, (at) => {
    if (at % cadence.every === 0 || at === size) checkpoints.push(sealed(tree, keyring));
  });
  return checkpoints;
}

type Kept =
  | { readonly kind: 'kept'; readonly checkpoints: readonly StoredCheckpoint[] }
  | { readonly kind: 'forked'; readonly reason: string };

/** Stores those that no other process stored meanwhile. Where it did, both must say the same. */
async function keep(checkpoints: readonly StoredCheckpoint[], { store }: CheckpointerInput): Promise<Kept> {
  let rest = checkpoints;
  while (rest.length > 0) {
    const answer = await store.put(rest);
    if (answer.kind === 'stored') break;
    const { newest } = answer;
    const own = rest.find(({ size }) => size === newest.size);
    if (own !== undefined && textOf(own) !== textOf(newest))
      return {
        kind: 'forked',
        reason: `another process signed other entries under its name (${newest.size} of them)`,
      };
    rest = rest.filter(({ size }) => size > newest.size);
  }
  return { kind: 'kept', checkpoints: rest };
}

function textOf({ note }: StoredCheckpoint): string {
  return note.slice(0, note.indexOf('\n\n'));
}

async function publish(newest: StoredCheckpoint, { first, others }: CheckpointerInput): Promise<void> {
  if (first !== null) {
    first.offer(newest);
    await first.attempt();
  }
  for (const delivery of others) delivery.offer(newest);
}
