/** The cards that are open in Temporal, each checked against its digest before anybody sees it. */
import { createHash } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { canonical } from '../../workflows/audit/canonical.ts';
import { signals, type ApproveInput } from '../../workflows/messages.ts';
import type { Card } from '../../workflows/ports.ts';
import { openItems } from '../runs/inbox.ts';
import { listRuns } from '../runs/list.ts';

export interface OpenCard {
  readonly workflowId: string;
  readonly task: string;
  readonly card: Card;
  /** The canonical JSON that the digest is of: what an approval is about, to the last character. */
  readonly text: string;
  readonly approvals: readonly string[];
}

export interface Cards {
  open(): Promise<readonly OpenCard[]>;
  /** Null: nothing is open there. */
  find(workflowId: string, task: string): Promise<OpenCard | null>;
  send(workflowId: string, decision: 'approve' | 'reject', input: ApproveInput): Promise<void>;
}

/** Each run is asked in turn; nobody answers more in a day. */
const MOST_RUNS = 200;

/** Every method throws for trouble with the connection; `explain` has words for it. */
export function cardsIn(client: Client, taskQueue: string): Cards {
  const within = async (runs: readonly string[]): Promise<readonly OpenCard[]> => {
    const { items } = await openItems(client, runs);
    return items.flatMap(({ workflowId, item }) => {
      if (item.kind !== 'approval') return [];
      const text = textOf(item.card);
      return text === null
        ? []
        : [{ workflowId, task: item.task, card: item.card, text, approvals: item.approvals }];
    });
  };
  return {
    async open() {
      const { rows } = await listRuns(client, { taskQueue, open: true, limit: MOST_RUNS });
      return within(rows.map((row) => row.workflow_id));
    },
    async find(workflowId, task) {
      return (await within([workflowId])).find((one) => one.task === task) ?? null;
    },
    send: (workflowId, decision, input) =>
      client.workflow.getHandle(workflowId).signal(signals[decision], input),
  };
}

/** Null where body and digest do not belong together: nobody must decide on what is not what it says it is. */
function textOf({ body, digest }: Card): string | null {
  const text = canonical(body);
  return createHash('sha256').update(text).digest('hex') === digest ? text : null;
}
