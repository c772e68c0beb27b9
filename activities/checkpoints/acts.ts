/** What the log records of itself here. */
import type { LogEvent } from '../../workflows/audit/log-act.ts';

/**
 * Appends an act of the log itself. MUST be durable when it resolves, with the index of its entry. Who runs the
 * log hands it in.
 */
export type AppendLogAct = (
  event: LogEvent,
  details: { readonly [name: string]: unknown },
) => Promise<{ readonly index: number }>;
