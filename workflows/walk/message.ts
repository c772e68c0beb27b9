/** A signal's payload, read with distrust: whatever is not exactly a message is refused by name. */
import { isObject, type Json, type JsonObject } from '../language/json.ts';
import type { Message, Proof } from '../ports.ts';
import { readProof } from './proof.ts';

export const MESSAGE_KINDS = [
  'approve',
  'reject',
  'withdraw',
  'confirm',
  'resolve',
  'break_glass',
  'review',
] as const;
export type MessageKind = (typeof MESSAGE_KINDS)[number];

export type Reading =
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'malformed'; readonly code: string };

const MOST_TEXT = 2_000;
const FIELDS: { readonly [kind in MessageKind]: readonly string[] } = {
  approve: ['task', 'digest', 'by', 'reason', 'proof', 'targets'],
  reject: ['task', 'digest', 'by', 'reason', 'proof'],
  withdraw: ['task', 'digest', 'by', 'reason', 'proof'],
  break_glass: ['task', 'digest', 'ticket', 'scope', 'minutes', 'by', 'reason', 'proof'],
  review: ['task', 'digest', 'by', 'reason', 'proof'],
  confirm: ['task', 'by', 'reason', 'proof'],
  resolve: ['task', 'result', 'by', 'reason', 'output', 'proof'],
};

/** `kind` comes from the signal's name, never from the payload. Shape: see `Message` in ports.ts. */
export function readMessage(kind: MessageKind, raw: unknown): Reading {
  if (!isObject(raw)) return malformed('not_an_object');
  // What costs least comes first: junk of two megabytes must not be read to its end.
  const fields = Object.keys(raw);
  if (fields.length > FIELDS[kind].length || fields.some((field) => !FIELDS[kind].includes(field)))
    return malformed('unknown_field');
  const task = text(raw, 'task');
  const by = text(raw, 'by');
  const reason = text(raw, 'reason');
  if (task === null) return malformed('no_task');
  if (by === null) return malformed('no_person');
  if (reason === null) return malformed('no_reason');
  if (!isPlain(raw, 0)) return malformed('not_plain');
  const proof = raw['proof'] === undefined ? null : readProof(raw['proof']);
  if (proof?.kind === 'malformed') return malformed('bad_proof');
  const said = { task, by, reason, ...(proof === null ? {} : { proof: proof.proof }) };
  switch (kind) {
    case 'approve':
    case 'reject':
    case 'withdraw':
    case 'review':
      return readVote(kind, raw, said);
    case 'break_glass':
      return readGlass(raw, said);
    case 'confirm':
      return { kind: 'message', message: { kind, ...said } };
    case 'resolve': {
      const { result, output } = raw;
      if (result !== 'completed' && result !== 'failed') return malformed('no_result');
      const value: Json = output ?? {};
      if (!isObject(value)) return malformed('output_not_an_object');
      if (JSON.stringify(value).length > LARGEST_OUTPUT) return malformed('output_too_large');
      return { kind: 'message', message: { kind, ...said, result, output: value } };
    }
  }
}

interface Said {
  readonly task: string;
  readonly by: string;
  readonly reason: string;
  readonly proof?: Proof;
}

function readVote(kind: 'approve' | 'reject' | 'withdraw' | 'review', raw: JsonObject, said: Said): Reading {
  const { digest, targets } = raw;
  if (!isDigest(digest)) return malformed('no_digest');
  if (targets === undefined) return { kind: 'message', message: { kind, ...said, digest } };
  if (kind !== 'approve' || !isCount(targets)) return malformed('bad_targets');
  return { kind: 'message', message: { kind, ...said, digest, targets } };
}

/** Longer than any emergency needs before somebody else can be asked. */
const MOST_MINUTES = 60;

function readGlass(raw: JsonObject, said: Said): Reading {
  const { digest, minutes } = raw;
  const ticket = text(raw, 'ticket');
  const scope = text(raw, 'scope');
  if (!isDigest(digest)) return malformed('no_digest');
  if (ticket === null) return malformed('no_ticket');
  if (scope === null) return malformed('no_scope');
  if (minutes === undefined || !isCount(minutes) || minutes < 1 || minutes > MOST_MINUTES)
    return malformed('bad_minutes');
  return { kind: 'message', message: { kind: 'break_glass', ...said, digest, ticket, scope, minutes } };
}

function isDigest(value: Json | undefined): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

function isCount(value: Json): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** Characters of JSON; a connector's own output may be larger, a person's word need not. */
const LARGEST_OUTPUT = 64 * 1024;

/** Deeper than any output is meant to be, and shallow enough to be read without care. */
const DEEPEST = 32;

/** Half a character has no UTF-8, so nothing that holds one could be stored or hashed. */
function isPlain(value: Json | undefined, depth: number): boolean {
  if (typeof value === 'string') return !/\p{Surrogate}/u.test(value);
  if (typeof value !== 'object' || value === null) return true;
  if (depth >= DEEPEST) return false;
  const items = isObject(value) ? [...Object.keys(value), ...Object.values(value)] : value;
  return items.every((item) => isPlain(item, depth + 1));
}

function text(raw: JsonObject, field: string): string | null {
  const value = raw[field];
  if (typeof value !== 'string' || value.length > MOST_TEXT) return null;
  const trimmed = value.trim();
  return trimmed === '' ? null : trimmed;
}

function malformed(code: string): Reading {
  return { kind: 'malformed', code };
}
