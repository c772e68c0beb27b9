/** Seals histories as long as a worker runs. It never disturbs the worker: what fails is said and tried again. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { tell } from '../../activities/reconcile/finding.ts';
import { createSealer, type SealInput } from './sealer.ts';

export interface ReconcilerInput extends Pick<SealInput, 'ledger' | 'taskQueue'> {
  readonly client: Client;
  /** Pause between two rounds; 0: never. */
  readonly everyMs: number;
  readonly log: (line: string) => void;
}

export interface Reconciler {
  /** Returns when nothing of it is under way, or after a few seconds: what is cut short is done again. */
  stop(): Promise<void>;
}

/** Soon after a start, because a worker may have been down for long; not at once, because then it has other work. */
const FIRST_MS = 30_000;
/** Workers that were started together should not all look at the same time. */
const SPREAD = 0.2;
const AGAIN_MS = 1_000;
/** A server that does not answer must not keep a worker from ending. */
const LONGEST_STOP_MS = 5_000;

export function startReconciler({ everyMs, log, ...input }: ReconcilerInput): Reconciler {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> = Promise.resolve();
  const sealer = createSealer({ ...input, stopping: () => stopped });

  const wait = (ms: number): void => {
    if (stopped) return;
    const due = ms * (1 - SPREAD / 2 + Math.random() * SPREAD);
    timer = setTimeout(() => {
      round = work();
    }, due);
    timer.unref();
  };
  const work = async (): Promise<void> => {
    let next = everyMs;
    try {
      const { findings, failed, done } = await sealer.round();
      for (const finding of findings) log(`record and history disagree: ${tell(finding)}`);
      for (const { workflowId, why } of failed)
        log(`the history of ${workflowId} could not be compared, and will be tried again: ${why}`);
      if (!done && failed.length === 0) next = Math.min(AGAIN_MS, everyMs);
    } catch (error) {
      if (stopped) return;
      log(
        `histories could not be sealed, and will be tried again: ${error instanceof Error ? error.message : ''}`,
      );
    }
    wait(next);
  };

  if (everyMs > 0) wait(Math.min(FIRST_MS, everyMs));
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await Promise.race([round, pause(LONGEST_STOP_MS, undefined, { ref: false })]);
    },
  };
}
