/**
 * Break-glass: one registered person stands for a quorum, in an emergency. The next use waits until somebody else has
 * looked at this one, whoever would make it and in whatever run: there is one glass for a deployment.
 */
import { canonical } from '../../workflows/audit/canonical.ts';
import { isObject } from '../../workflows/language/json.ts';
import type { Card, Glass, Message, RunRef } from '../../workflows/ports.ts';
import { sha256 } from '../keys.ts';
import type { Owner } from '../stores/claims.ts';
import type { World } from '../world.ts';
import type { Objection } from './electorate.ts';
import type { RosterPerson } from './roster.ts';

type Breaking = Extract<Message, { readonly kind: 'break_glass' }>;
type Review = Extract<Message, { readonly kind: 'review' }>;

const KEY = '["break_glass"]';
const MINUTE_MS = 60_000;

/** Null when this person may, on this card. */
export function objectionToGlass(message: Breaking, card: Card, person: RosterPerson): Objection | null {
  if (!person.breakGlass)
    return { code: 'not_registered', reason: 'the roster does not let this person break the glass' };
  const inside = message.scope === 'run' || card.body.targets.every((target) => target === message.scope);
  if (!inside) return { code: 'out_of_scope', reason: 'the card acts on more than this emergency is about' };
  return null;
}

/** Takes the one glass there is. The same use, asked for again, is the same use. */
export async function breakGlass(
  { ledger }: Pick<World, 'ledger'>,
  run: RunRef,
  message: Breaking,
  person: RosterPerson,
  at: number,
): Promise<Glass | Objection> {
  const { task, ticket, scope, minutes, digest: card } = message;
  const text = canonical({
    what: 'break_glass',
    by: person.id,
    chain: run.chain,
    task,
    card,
    ticket,
    scope,
    minutes,
  });
  const use = sha256(text);
  await ledger.put({ kind: 'details', digest: use, text });
  const owner: Owner = { chain: run.chain, workflowId: run.workflowId, task };
  const { answer } = await ledger.begin({ key: KEY, owner, inputsDigest: use, now: at });
  if (answer.kind === 'begun' || answer.kind === 'interrupted')
    return { use, ticket, scope, until: at + minutes * MINUTE_MS };
  return {
    code: 'unreviewed',
    reason: 'the glass was broken before, and nobody has reviewed that yet; `cordon approvals` shows where',
  };
}

/** Null when the review was taken: the next emergency may break the glass again. */
export async function reviewGlass(
  { ledger }: Pick<World, 'ledger'>,
  run: RunRef,
  message: Review,
  person: RosterPerson,
  at: number,
): Promise<Objection | null> {
  const text = await ledger.get('details', message.digest);
  const told: unknown = text === null ? null : JSON.parse(text);
  if (!isObject(told) || told['what'] !== 'break_glass')
    return { code: 'not_this_use', reason: 'no use of break-glass has this digest' };
  if (told['by'] === person.id)
    return { code: 'own_use', reason: 'whoever broke the glass cannot review that' };
  const owner: Owner = { chain: run.chain, workflowId: run.workflowId, task: message.task };
  const request = { key: KEY, owner, inputsDigest: message.digest, result: 'released', now: at } as const;
  const { answer } = await ledger.settle(request);
  return answer ? null : { code: 'not_this_use', reason: 'this is not the use that waits for its review' };
}
