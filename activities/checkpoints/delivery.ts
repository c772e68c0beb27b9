/**
 * Brings checkpoints to one sink: tries again until it is reached, says so once, and keeps nobody waiting.
 *
 * D1 Nothing here can hold up an append or another sink.
 * D2 A newer checkpoint takes the place of an older one that was not delivered: a sink that remembers the newer
 *    needs no older.
 */
import type { Attachment, StoredCheckpoint } from '../stores/checkpoints.ts';
import type { Published, Sink } from './sinks/sink.ts';

export interface Delivery {
  /** Delivers it by and by. */
  offer(newest: StoredCheckpoint): void;
  /** One attempt now; resolves when it is over, whatever came of it. */
  attempt(): Promise<void>;
  /** Delivers what is waiting, for at most that long, and ends. */
  stop(withinMs: number): Promise<void>;
}

export interface DeliveryInput {
  readonly sink: Sink;
  readonly attach: (size: number, attachment: Attachment) => Promise<void>;
  readonly log: (line: string) => void;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 60_000;
const ATTEMPT_MS = 15_000;

export function createDelivery({ sink, attach, log }: DeliveryInput): Delivery {
  let waiting: StoredCheckpoint | null = null;
  let under: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;
  let failures = 0;
  let told: string | null = null;
  let lastTry = 0;
  let stopped = false;
  const abort = new AbortController();

  const tell = (published: Published): void => {
    const reason = published.kind === 'kept' ? null : published.reason;
    if (reason !== null && reason !== told)
      log(
        `${published.kind === 'refused' ? 'error' : 'warn'} checkpoints do not reach ${sink.name}: ${reason}`,
      );
    if (reason === null && told !== null) log(`info checkpoints reach ${sink.name} again`);
    told = reason;
  };

  const publish = async (): Promise<void> => {
    const newest = waiting;
    if (newest === null) return;
    lastTry = Date.now();
    const published = await tried(
      sink,
      newest,
      AbortSignal.any([abort.signal, AbortSignal.timeout(ATTEMPT_MS)]),
    );
    if (published.kind === 'kept') {
      if (published.attachment !== null) await attach(newest.size, published.attachment);
      if (waiting === newest) waiting = null;
      failures = 0;
    } else failures += 1;
    if (!stopped || published.kind === 'refused') tell(published);
  };

  const pause = (): number =>
    failures === 0
      ? Math.max(0, lastTry + sink.gapMs - Date.now())
      : Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS);

  const schedule = (): void => {
    if (timer !== null || under !== null || stopped || waiting === null) return;
    timer = setTimeout(() => {
      timer = null;
      void delivery.attempt();
    }, pause());
    timer.unref();
  };

  const delivery: Delivery = {
    offer(newest) {
      waiting = newest;
      schedule();
    },
    attempt() {
      under ??= publish()
        .catch((error: unknown) => {
          failures += 1;
          log(`warn a checkpoint was delivered to ${sink.name} and could not be marked so: ${nameOf(error)}`);
        })
        .finally(() => {
          under = null;
          schedule();
        });
      return under;
    },
    async stop(withinMs) {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
      const end = setTimeout(() => abort.abort(), withinMs);
      await under;
      if (waiting !== null && !abort.signal.aborted) await delivery.attempt();
      clearTimeout(end);
    },
  };
  return delivery;
}

/** A sink that throws has a fault of its own; that must not end ours. */
async function tried(sink: Sink, newest: StoredCheckpoint, signal: AbortSignal): Promise<Published> {
  try {
    return await sink.publish(newest, signal);
  } catch (error) {
    return { kind: 'later', reason: nameOf(error) };
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : 'unknown error';
}
