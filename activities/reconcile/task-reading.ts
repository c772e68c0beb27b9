/**
 * Follows the workflow tasks of a history: when a step was begun and lost, whoever ran it may have recorded what the
 * history does not hold, because Temporal ran it again.
 */
import { msOf, type HistoryEvent } from './event.ts';
import type { Close, Execution, Span } from './execution.ts';

/** A worker that was given up goes on for as long as its last local activity may take. */
const LINGERING_MS = 10_000;

export interface TaskReading {
  add(event: HistoryEvent): void;
  /** A local activity was tried more than once within the step. */
  repeated(): void;
  end(close: Close): Pick<Execution, 'losses' | 'openSince' | 'resetFrom'>;
}

export function createTaskReading(): TaskReading {
  const losses: Span[] = [];
  let resetFrom: string | null = null;
  let startedAt = 0;
  /** Since when nothing but what was begun in the current step can be missing. */
  let since = 0;
  let before = 0;
  let lost = false;
  let last = 0;

  const lose = (from: number, to: number): void => void losses.push({ from, to: to + LINGERING_MS });

  return {
    add(event) {
      last = msOf(event);
      const begun = event.told['startedEventId'] !== undefined;
      switch (event.type) {
        case 'workflowTaskScheduled':
          if (Number(event.told['attempt'] ?? 1) > 1) lost = true;
          return;
        case 'workflowTaskStarted':
          startedAt = last;
          return;
        case 'workflowTaskTimedOut':
          if (begun) lost = true;
          return;
        case 'workflowTaskFailed':
          // A reset writes this at the end of what it copies, and names the execution that it copied from.
          if (typeof event.told['baseRunId'] === 'string') resetFrom = event.told['baseRunId'];
          else lost ||= begun;
          return;
        case 'workflowTaskCompleted':
          if (lost) lose(since, last);
          lost = false;
          before = since;
          since = startedAt;
          return;
        default:
      }
    },
    repeated: () => lose(before, last),
    end(close) {
      if (close.kind === 'running') return { losses, openSince: since, resetFrom };
      const cut = close.kind === 'terminated' || close.kind === 'timed_out';
      if (cut) lose(since, close.at);
      return { losses, openSince: null, resetFrom };
    },
  };
}
