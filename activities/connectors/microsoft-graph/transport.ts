/** One HTTP exchange within bounds: no redirects, a time limit, a size limit, JSON of limited depth. */
import type { Json } from '../../../workflows/language/json.ts';
import type { Egress } from '../../egress/egress.ts';
import { readJsonText, type WhyNotJson } from '../../egress/json.ts';

export interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

export interface Received {
  readonly status: number;
  readonly headers: Headers;
  /** Null: the body is too large, or its bytes are no text. */
  readonly text: string | null;
}

/** Rejects as the egress does: refused, nothing listening, reset, time limit, aborted. */
export async function exchange(egress: Egress, sent: Sent): Promise<Received> {
  const { status, headers, body } = await egress.send(sent);
  return { status, headers, text: body.kind === 'bytes' ? textOf(body.bytes) : null };
}

function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

export type WhyUnreadable = 'too_large_or_no_text' | Exclude<WhyNotJson, 'not_utf8'>;
export type Parsed =
  | { readonly kind: 'json'; readonly value: Json }
  | { readonly kind: 'unreadable'; readonly why: WhyUnreadable };

export function parseBounded(text: string | null): Parsed {
  if (text === null) return { kind: 'unreadable', why: 'too_large_or_no_text' };
  const read = readJsonText(text);
  if (read.kind === 'json') return read;
  return { kind: 'unreadable', why: read.why === 'not_utf8' ? 'too_large_or_no_text' : read.why };
}
