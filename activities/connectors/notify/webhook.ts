/** One message to a webhook. There is no way to ask whether it arrived, so an open fate stays open. */
import { createHash } from 'node:crypto';
import type { Json } from '../../../workflows/language/json.ts';
import { createEgress, type EgressSettings } from '../../egress/egress.ts';
import { SecretUnavailable } from '../../secrets/unavailable.ts';
import type { CallContext } from '../connector.ts';
import { answerForStatus, answerForThrown, type Failure } from '../http-answer.ts';

export interface Webhook {
  readonly provider: 'slack' | 'teams';
  /** Reference to the URL. */
  readonly url: string;
  /** Origins the URL may lie at. */
  readonly hosts: readonly string[];
  readonly body: Json;
}

export type Posted = { readonly kind: 'posted'; readonly id: string } | Failure;

export async function post(
  { provider, url: reference, hosts, body }: Webhook,
  call: CallContext,
  settings?: EgressSettings,
): Promise<Posted> {
  const url = await secretFor(call, provider, reference, bare(hosts));
  if (url.kind !== 'secret') return url;
  call.heartbeat();
  try {
    const { status, headers } = await createEgress(hosts, settings).send({
      method: 'POST',
      url: url.value,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: call.signal,
      mostBytes: 64 * 1024,
    });
    if (status >= 200 && status < 300) return { kind: 'posted', id: `${provider}:${marker(call.key)}` };
    return answerForStatus({ provider, status, retryAfter: headers.get('retry-after'), write: true });
  } catch (error) {
    return answerForThrown(provider, error, true);
  }
}

/** The same on every attempt of a call. */
export function marker(key: string): string {
  return createHash('sha256').update(`notice:${key}`).digest('hex').slice(0, 32);
}

/** The one host, where there is just one: a binding to hosts can then be held. */
function bare(hosts: readonly string[]): string | undefined {
  const [only, ...others] = hosts;
  return only === undefined || others.length > 0 || only.includes('*') ? undefined : URL.parse(only)?.host;
}

export async function secretFor(
  call: CallContext,
  provider: string,
  reference: string,
  host: string | undefined,
): Promise<{ readonly kind: 'secret'; readonly value: string } | Failure> {
  try {
    return { kind: 'secret', value: await call.secret(reference, host) };
  } catch (error) {
    if (error instanceof SecretUnavailable && error.fault.code !== 'secret_unavailable')
      return { kind: 'refused', fault: error.fault };
    const message = `${reference}, the credential for ${provider}, cannot be read; nothing was sent`;
    return {
      kind: 'try_again',
      because: 'unavailable',
      fault: { code: `${provider}_key_unavailable`, message },
    };
  }
}
