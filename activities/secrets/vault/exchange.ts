/** One request to a vault, and what its answer means. */
import type { Json } from '../../../workflows/language/json.ts';
import { jsonOf, type Egress } from '../../egress/egress.ts';

export interface VaultPlace {
  readonly url: string;
  readonly namespace?: string;
}

/** `denied`: not allowed or sealed off by a wrong credential; `unavailable`: could not be asked, or not now. */
export type Got<T> =
  | { readonly kind: 'got'; readonly value: T }
  | { readonly kind: 'missing' | 'denied' | 'unavailable' | 'exists'; readonly detail: string };

const LONGEST_EXCHANGE_MS = 10_000;

/** One request; with an empty token, as nobody. What the vault says in words stays here: it may quote paths. */
export async function exchange(
  egress: Egress,
  { url, namespace }: VaultPlace,
  method: string,
  path: string,
  token: string,
  body?: Json,
): Promise<Got<Json>> {
  try {
    const received = await egress.send({
      method,
      url: new URL(`/v1/${path}`, url).href,
      headers: {
        accept: 'application/json',
        'x-vault-request': 'true',
        ...(token === '' ? {} : { 'x-vault-token': token }),
        ...(namespace === undefined ? {} : { 'x-vault-namespace': namespace }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(LONGEST_EXCHANGE_MS),
      mostBytes: 1024 * 1024,
    });
    const read = jsonOf(received);
    return meaning(received.status, read.kind === 'json' ? read.value : null);
  } catch (error) {
    const { code } = Object(error) as { readonly code?: unknown };
    return { kind: 'unavailable', detail: typeof code === 'string' ? code : 'no answer' };
  }
}

function meaning(status: number, value: Json): Got<Json> {
  if (status >= 200 && status < 300) return { kind: 'got', value };
  const detail = `status ${status}`;
  // 400 with "check-and-set" is how a version that exists already is told.
  if (status === 400 && JSON.stringify(value).includes('check-and-set')) return { kind: 'exists', detail };
  if (status === 404) return { kind: 'missing', detail };
  if (status === 400 || status === 401 || status === 403) return { kind: 'denied', detail };
  return { kind: 'unavailable', detail };
}
