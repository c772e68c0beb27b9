/** One HTTP exchange within bounds: no redirects, a time limit, a size limit, JSON of limited depth. */
import type { Json } from '../../../workflows/language/json.ts';

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
  /** Null: the body was larger than `LARGEST_BODY`. */
  readonly text: string | null;
}

/** One exchange may take this long, milliseconds, whatever limit the whole call has. */
const LONGEST_EXCHANGE_MS = 30_000;
/** Bytes after decompression. A page of 999 sign-ins, the largest we ask for, is about 4 MB. */
const LARGEST_BODY = 8 * 1024 * 1024;
const DEEPEST_JSON = 64;

/** Rejects as `fetch` does: nothing listening, reset, time limit, aborted. */
export async function exchange(sent: Sent): Promise<Received> {
  const response = await fetch(sent.url, {
    method: sent.method,
    headers: sent.headers,
    ...(sent.body === undefined ? {} : { body: sent.body }),
    // A redirect would carry the token to whatever place an answer names.
    redirect: 'manual',
    signal: AbortSignal.any([sent.signal, AbortSignal.timeout(LONGEST_EXCHANGE_MS)]),
  });
  return { status: response.status, headers: response.headers, text: await readBounded(response) };
}

async function readBounded(response: Response): Promise<string | null> {
  if (response.body === null) return '';
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body) {
    size += part.byteLength;
    // Leaving the loop cancels the stream, so an endless body stops here.
    if (size > LARGEST_BODY) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

export type Parsed =
  | { readonly kind: 'json'; readonly value: Json }
  | { readonly kind: 'unreadable'; readonly why: 'too_large' | 'too_deep' | 'not_json' };

export function parseBounded(text: string | null): Parsed {
  if (text === null) return { kind: 'unreadable', why: 'too_large' };
  if (depth(text) > DEEPEST_JSON) return { kind: 'unreadable', why: 'too_deep' };
  try {
    return { kind: 'json', value: JSON.parse(text) as Json };
  } catch {
    return { kind: 'unreadable', why: 'not_json' };
  }
}

/** Deepest nesting, counted in the text so that nothing deep is ever built. */
function depth(text: string): number {
  let now = 0;
  let deepest = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (quoted && character === '\\') at += 1;
    else if (character === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (character === '{' || character === '[') deepest = Math.max(deepest, (now += 1));
    else if (character === '}' || character === ']') now -= 1;
  }
  return deepest;
}
