/** What waits for a person in several runs. */
import type { Client } from '@temporalio/client';
import type { OpenItem } from '../../workflows/messages.ts';
import { readRun } from './read.ts';

export interface Inbox {
  readonly items: readonly { readonly workflowId: string; readonly item: OpenItem }[];
  /** Runs that could not be asked. */
  readonly silent: readonly { readonly workflowId: string; readonly message: string }[];
}

/** A worker answers each question; many at once would only queue there. */
const AT_ONCE = 8;

/** Throws as `readRun` does. */
export async function openItems(client: Client, runs: readonly string[]): Promise<Inbox> {
  const items: { workflowId: string; item: OpenItem }[] = [];
  const silent: { workflowId: string; message: string }[] = [];
  for (let from = 0; from < runs.length; from += AT_ONCE) {
    const some = runs.slice(from, from + AT_ONCE);
    const readings = await Promise.all(
      some.map(async (workflowId) => ({ workflowId, reading: await readRun(client, workflowId) })),
    );
    for (const { workflowId, reading } of readings) {
      if (reading.kind === 'unanswered') silent.push({ workflowId, message: reading.message });
      if (reading.kind === 'report') items.push(...reading.open.map((item) => ({ workflowId, item })));
    }
  }
  return { items, silent };
}
