/** Brings a person's word to a run: as an update, which is answered; as a signal where nobody can answer. */
import { WorkflowUpdateFailedError, type Client } from '@temporalio/client';
import { signals, updates } from '../../workflows/messages.ts';
import type {
  ApproveInput,
  BreakGlassInput,
  ConfirmInput,
  ResolveInput,
  VoteInput,
} from '../../workflows/messages.ts';
import type { Reply } from '../../workflows/ports.ts';
import { isNoWorker } from '../trouble.ts';

export type Word =
  | { readonly kind: 'approve'; readonly input: ApproveInput }
  | { readonly kind: 'reject' | 'withdraw' | 'review'; readonly input: VoteInput }
  | { readonly kind: 'break_glass'; readonly input: BreakGlassInput }
  | { readonly kind: 'confirm'; readonly input: ConfirmInput }
  | { readonly kind: 'resolve'; readonly input: ResolveInput };

export type Sent =
  | { readonly kind: 'answered'; readonly reply: Reply }
  /** Refused before it entered the run's history. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** No worker answered. The signal is kept by Temporal, and heard as soon as there is one. */
  | { readonly kind: 'signalled' };

/** A worker that lives answers within milliseconds. */
const PATIENCE_MS = 10_000;

/** Throws for trouble with the connection, and where there is no such run or it is over. */
export async function send(client: Client, workflowId: string, word: Word): Promise<Sent> {
  try {
    const reply = await client.connection.withDeadline(Date.now() + PATIENCE_MS, () =>
      update(client, workflowId, word),
    );
    return { kind: 'answered', reply };
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError)
      return { kind: 'refused', reason: error.cause?.message ?? error.message };
    if (!isNoWorker(error)) throw error;
    await signal(client, workflowId, word);
    return { kind: 'signalled' };
  }
}

function update(client: Client, workflowId: string, word: Word): Promise<Reply> {
  const handle = client.workflow.getHandle(workflowId);
  switch (word.kind) {
    case 'approve':
    case 'reject':
    case 'withdraw':
    case 'review':
      return handle.executeUpdate(updates[word.kind], { args: [word.input] });
    case 'break_glass':
      return handle.executeUpdate(updates.break_glass, { args: [word.input] });
    case 'confirm':
      return handle.executeUpdate(updates.confirm, { args: [word.input] });
    case 'resolve':
      return handle.executeUpdate(updates.resolve, { args: [word.input] });
    default:
      return word satisfies never;
  }
}

function signal(client: Client, workflowId: string, word: Word): Promise<void> {
  const handle = client.workflow.getHandle(workflowId);
  switch (word.kind) {
    case 'approve':
    case 'reject':
    case 'withdraw':
    case 'review':
      return handle.signal(signals[word.kind], word.input);
    case 'break_glass':
      return handle.signal(signals.break_glass, word.input);
    case 'confirm':
      return handle.signal(signals.confirm, word.input);
    case 'resolve':
      return handle.signal(signals.resolve, word.input);
    default:
      return word satisfies never;
  }
}
