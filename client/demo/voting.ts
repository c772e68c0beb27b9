/** How the demo's people vote: each with their own key, and a forger with a key that nobody knows. */
import { generateKeyPairSync } from 'node:crypto';
import { keyId } from '../../activities/approvals/roster-index.ts';
import { signals, updates, type VoteInput } from '../../workflows/messages.ts';
import type { Card, Reply } from '../../workflows/ports.ts';
import type { ApproverKey } from '../keys/key-file.ts';
import { proveWord } from '../answers/prove.ts';
import { signStatement } from '../keys/sign.ts';
import type { Playground } from '../playground/playground.ts';

export const REQUESTER = 'riley';
/** Neither of them asked for the run. */
export const APPROVERS = ['sam', 'jo'] as const;

export const PEOPLE = [
  { id: REQUESTER, name: 'Riley, who asks', groups: ['soc'] },
  { id: APPROVERS[0], name: 'Sam', groups: ['soc'] },
  { id: APPROVERS[1], name: 'Jo', groups: ['it-operations', 'network'] },
] as const;

export type Decision = 'approve' | 'reject';

/** What this person says of this card, signed with their own key. */
export function signedVote(
  { residents }: Pick<Playground, 'residents'>,
  by: string,
  task: string,
  { digest }: Card,
  decision: Decision,
): VoteInput {
  const key = residents?.keys.get(by);
  if (key === undefined) throw new Error(`${by} has no key in this playground`);
  return voteWith(key, by, task, digest, decision);
}

function voteWith(key: ApproverKey, by: string, task: string, digest: string, decision: Decision): VoteInput {
  const reason =
    decision === 'approve' ? 'the card says what the case needs' : 'whoever sits at the terminal said no';
  return { task, digest, by, reason, proof: signStatement(key, { decision, subject: digest, by, reason }) };
}

export async function cast(
  { client }: Pick<Playground, 'client'>,
  workflowId: string,
  decision: Decision,
  vote: VoteInput,
): Promise<void> {
  await client.workflow.getHandle(workflowId).signal(signals[decision], vote);
}

/** An approval in somebody's name, signed with another key, and what the run answers to that. */
export function forge(
  { client }: Pick<Playground, 'client'>,
  workflowId: string,
  task: string,
  { digest }: Card,
): Promise<Reply> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const der = publicKey.export({ type: 'spki', format: 'der' });
  const key = { id: keyId(der), privateKey, publicKey: der.toString('base64') };
  const vote = voteWith(key, APPROVERS[0], task, digest, 'approve');
  return client.workflow.getHandle(workflowId).executeUpdate(updates.approve, { args: [vote] });
}

/** A person says that they did what no interface can do, and signs it. */
export async function confirmStep(
  { client, residents }: Pick<Playground, 'client' | 'residents'>,
  workflowId: string,
  task: string,
  by: string,
): Promise<void> {
  const key = residents?.keyFiles.get(by);
  if (key === undefined) throw new Error(`${by} has no key in this playground`);
  const handle = client.workflow.getHandle(workflowId);
  const { raw } = await handle.describe();
  const chain = raw.workflowExecutionInfo?.firstRunId ?? '';
  const input = { task, by, reason: 'done as the card says' };
  const proved = await proveWord({ kind: 'confirm', input }, { workflowId, chain }, { key });
  if (proved.kind === 'problems') throw new Error(proved.problems.join('; '));
  if (proved.word.kind !== 'confirm') throw new Error('a confirmation was proved as something else');
  await handle.signal(signals.confirm, proved.word.input);
}
