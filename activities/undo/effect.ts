/** What of an effect is kept, so that it can be taken back; and how an undo finds the claim of what it takes back. */
import { canonical } from '../../workflows/audit/canonical.ts';
import { isObject, type Json, type JsonObject } from '../../workflows/language/json.ts';
import type { Call, Question } from '../../workflows/ports.ts';
import { blottedObject } from '../blotted.ts';
import { Undo, UNDO } from '../catalogue/undo.ts';
import type { Answer, Performance } from '../connectors/connector.ts';
import { sha256 } from '../keys.ts';
import { plainJson } from '../plain.ts';
import type { ClaimRecord, Effect, TakenBack } from '../stores/claims.ts';
import type { StoredDocument } from '../stores/documents.ts';
import type { World } from '../world.ts';

export interface Kept {
  readonly effect: Effect;
  /** How it was before; null where that cannot be kept. */
  readonly saved: StoredDocument | null;
}

/** A connector that saves more than this saves more than a state. */
const LARGEST_SAVED = 256 * 1024;

/**
 * Null where the answer left nothing that could be taken back. What holds a secret is not kept at all: redacted, it
 * would put back something else than there was.
 */
export function keptOf(
  answer: Answer<Json>,
  { undo }: Performance,
  { question, targets }: Call,
  redact: (text: string) => string,
): Kept | null {
  if (answer.kind !== 'done' || answer.undo === undefined || undo === undefined) return null;
  const saved = keepable(answer.undo, redact);
  const { type, connector } = question;
  const effect = { type, connector, class: undo.class, targets, undone: null };
  return { effect: { ...effect, saved: saved?.digest ?? null }, saved };
}

function keepable(state: JsonObject, redact: (text: string) => string): StoredDocument | null {
  const plain = plainJson(state);
  if (!isObject(plain)) return null;
  const text = canonical(plain);
  if (text.length > LARGEST_SAVED || canonical(blottedObject(plain, redact)) !== text) return null;
  return { kind: 'saved', digest: sha256(text), text };
}

/** One attempt of one claim: what was done anew after it was taken back is another effect. */
export function effectId({ key, fence }: Pick<ClaimRecord, 'key' | 'fence'>): string {
  return sha256(canonical([key, fence]));
}

/** Undefined for every other type; null where the store knows no such effect. */
export async function takesBackOf(
  world: Pick<World, 'ledger'>,
  { type, inputs }: Pick<Question, 'type' | 'inputs'>,
): Promise<TakenBack | null | undefined> {
  if (type !== UNDO) return undefined;
  const read = Undo.input.safeParse(inputs);
  if (!read.success) return null;
  const claims = await world.ledger.claimsOf(read.data.chain);
  const found = claims.find((claim) => effectId(claim) === read.data.effect);
  return found === undefined ? null : { key: found.key, fence: found.fence };
}
