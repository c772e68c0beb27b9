/** What the log records of itself here. */
import { randomUUID } from 'node:crypto';
import type { LogEvent } from '../../workflows/audit/log-act.ts';
import { actEvent, type AuditStore } from '../stores/audit.ts';
import { StoreError } from '../stores/ledger.ts';

/** Appends an act of the log itself; durable when it resolves, with the index of its entry. */
export type AppendLogAct = (
  event: LogEvent,
  details: { readonly [name: string]: unknown },
) => Promise<{ readonly index: number }>;

export function createAppendLogAct(ledger: Pick<AuditStore, 'append'>, now: () => number): AppendLogAct {
  return async (event, details) => {
    // An act is never sent twice: whoever does not hear of it looks into the log, or makes another.
    const [receipt] = await ledger.append([actEvent({ event, details, at: now(), about: randomUUID() })]);
    if (receipt?.kind === 'recorded') return { index: receipt.index };
    throw new StoreError('store_unavailable', `the act ${event} of the log itself was not recorded`);
  };
}
