/** A browser's request, read with bounds, and the answer that goes back with the same protections every time. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { CONTENT_SECURITY_POLICY } from './html.ts';

export interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly cookies: ReadonlyMap<string, string>;
  /** The fields of a form that came from a page of ours; null for anything else. */
  readonly form: URLSearchParams | null;
}

export interface Answer {
  readonly status: number;
  readonly page?: string;
  readonly to?: string;
  readonly cookies?: readonly string[];
  readonly allow?: string;
}

const LARGEST_FORM = 16 * 1024;

/** An answer instead of a request where it cannot be one for us. `base` is our own address, as browsers know it. */
export async function readRequest(incoming: IncomingMessage, base: URL): Promise<Asked | Answer> {
  // Any other name that leads here was given to us by somebody else's DNS.
  if (incoming.headers.host !== base.host)
    return { status: 421, page: 'this is not the address of this gateway\n' };
  const url = URL.parse(incoming.url ?? '/', base.origin);
  if (url === null || url.origin !== base.origin) return { status: 400, page: 'this is no path\n' };
  const method = incoming.method ?? 'GET';
  const cookies = cookiesOf(incoming.headers.cookie ?? '');
  if (method !== 'POST') return { method, url, cookies, form: null };
  const { origin } = incoming.headers;
  const site = incoming.headers['sec-fetch-site'];
  const ours = origin === base.origin && (site === undefined || site === 'same-origin');
  const isForm = /^application\/x-www-form-urlencoded\b/.test(incoming.headers['content-type'] ?? '');
  const text = await readText(incoming);
  if (text === null) return { status: 413, page: 'this form is too large\n' };
  return { method, url, cookies, form: ours && isForm ? new URLSearchParams(text) : null };
}

async function readText(incoming: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of incoming as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > LARGEST_FORM) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function cookiesOf(header: string): ReadonlyMap<string, string> {
  return new Map(
    header.split(';').flatMap((pair) => {
      const at = pair.indexOf('=');
      return at < 1 ? [] : [[pair.slice(0, at).trim(), pair.slice(at + 1).trim()] as const];
    }),
  );
}

/** Nothing of it is kept by a browser or a proxy, framed, guessed at, or told to where a link leads. */
export function answer(
  response: ServerResponse,
  { status, page, to, cookies, allow }: Answer,
  base: URL,
): void {
  response.writeHead(status, {
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'content-type': page?.startsWith('<') === true ? 'text/html; charset=utf-8' : 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    ...(base.protocol === 'https:' ? { 'strict-transport-security': 'max-age=31536000' } : {}),
    ...(to === undefined ? {} : { location: to }),
    ...(cookies === undefined ? {} : { 'set-cookie': [...cookies] }),
    ...(allow === undefined ? {} : { allow }),
  });
  response.end(page ?? '');
}

/** Not for scripts, not for other sites. `Lax` travels with a link from elsewhere, `Strict` does not. */
export function cookie(name: string, value: string, site: 'Lax' | 'Strict', base: URL, path = '/'): string {
  const secure = base.protocol === 'https:' ? '; Secure' : '';
  const gone = value === '' ? '; Max-Age=0' : '';
  return `${name}=${value}; Path=${path}; HttpOnly; SameSite=${site}${secure}${gone}`;
}
