/** What a run left in its history, by type of event. */
import type { WorkflowHandle } from '@temporalio/client';

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;

export interface EventCount {
  readonly total: number;
  /** Names as in the history's JSON, without their common ending; most frequent first. */
  readonly byType: { readonly [type: string]: number };
}

export function countEvents(history: History): EventCount {
  const events = history.events ?? [];
  const counts = new Map<string, number>();
  for (const event of events) {
    const attributes = Object.keys(event).find((key) => key.endsWith('EventAttributes'));
    const type = attributes?.replace(/EventAttributes$/, '') ?? 'unknown';
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return { total: events.length, byType: Object.fromEntries(sorted) };
}
