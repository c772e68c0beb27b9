/** Access tokens of the application, from the official identity library, one at a time and as few as possible. */
import type { ClientSecretCredentialOptions } from '@azure/identity';
import { answerForStatus, answerForThrown } from '../http-answer.ts';
import type { CallContext } from '../connector.ts';
import type { Tenant } from './config.ts';
import { PROVIDER, refused, unavailable, type Failure, type Got } from './fault.ts';
import { exchange, type Received } from './transport.ts';

type HttpClient = NonNullable<ClientSecretCredentialOptions['httpClient']>;
type PipelineResponse = Awaited<ReturnType<HttpClient['sendRequest']>>;

/** A token this close to its end is not used any more: the call it is for may take a while. */
const MARGIN_MS = 120_000;

export interface Tokens {
  /** A cached token, or a new one. The client secret is fetched for each new one and not kept. */
  current(call: CallContext): Promise<Got<string>>;
  /** The provider no longer takes this token. */
  drop(token: string): void;
}

export function createTokens(tenant: Tenant): Tokens {
  let cached: { readonly token: string; readonly expiresAt: number } | null = null;
  let pending: Promise<Got<string>> | null = null;

  async function renew(call: CallContext): Promise<Got<string>> {
    const secret = await clientSecret(tenant, call);
    if (secret.kind !== 'got') return secret;
    const answer = await requestToken(tenant, secret.value);
    if (answer.kind !== 'got') return answer;
    cached = answer.value;
    return { kind: 'got', value: answer.value.token };
  }

  return {
    async current(call) {
      if (cached !== null && Date.now() < cached.expiresAt - MARGIN_MS)
        return { kind: 'got', value: cached.token };
      pending ??= renew(call).finally(() => {
        pending = null;
      });
      return untilAborted(pending, call.signal);
    },
    drop(token) {
      if (cached?.token === token) cached = null;
    },
  };
}

async function clientSecret(tenant: Tenant, call: CallContext): Promise<Got<string>> {
  try {
    return { kind: 'got', value: await call.secret(tenant.clientSecret) };
  } catch {
    const message = `the client secret ${tenant.clientSecret} could not be read; check the secret source`;
    return unavailable('secret_unavailable', message);
  }
}

async function requestToken(
  tenant: Tenant,
  secret: string,
): Promise<Got<{ readonly token: string; readonly expiresAt: number }>> {
  const { ClientSecretCredential } = await import('@azure/identity');
  const wire = createWire(tenant);
  const authorityHost = `https://${tenant.authority.host}`;
  const credential = new ClientSecretCredential(tenant.tenantId, tenant.clientId, secret, {
    authorityHost,
    disableInstanceDiscovery: tenant.foreignAuthority,
    retryOptions: { maxRetries: 0 },
    redirectOptions: { maxRetries: 0 },
    httpClient: wire.client,
  });
  try {
    const { token, expiresOnTimestamp } = await credential.getToken(`${tenant.graph.origin}/.default`);
    return { kind: 'got', value: { token, expiresAt: expiresOnTimestamp } };
  } catch {
    // The library's error may quote the request; what happened on the wire is all that is used of it.
    return wire.failure();
  }
}

/** What the wire saw last. */
type Seen = Received | { readonly thrown: unknown } | null;

/** The library's way to the network, through our bounds, remembering the last thing that went wrong. */
function createWire({ authority, egress }: Tenant): { readonly client: HttpClient; failure(): Failure } {
  let seen: Seen = null;
  const sendRequest: HttpClient['sendRequest'] = async (request) => {
    const url = new URL(request.url);
    if (url.protocol !== 'https:') throw new Error('the identity library was sent to a place without TLS');
    // The library insists on writing https; on this machine's loopback plain http may be spoken (see `tenantOf`).
    if (url.host === authority.host) url.protocol = authority.protocol;
    const { body } = request;
    try {
      seen = await exchange(egress, {
        method: request.method,
        url: url.href,
        headers: request.headers.toJSON(),
        ...(typeof body === 'string' ? { body } : {}),
        signal: (request.abortSignal as AbortSignal | undefined) ?? new AbortController().signal,
      });
      return toPipeline(request, seen);
    } catch (error) {
      seen = { thrown: error };
      throw error;
    }
  };
  return { client: { sendRequest }, failure: () => failureOf(seen) };
}

/** Asking for a token changes nothing, so a failure is either worth a retry or a matter of configuration. */
function failureOf(seen: Seen): Failure {
  if (seen === null || !('status' in seen)) return answerForThrown(PROVIDER, seen?.thrown, false);
  const { status, headers } = seen;
  if (status >= 200 && status < 300)
    return unavailable(
      `${PROVIDER}_token_unreadable`,
      'the token service answered with something that is no token',
    );
  if (status < 500 && status !== 429 && status !== 408)
    return refused(
      `${PROVIDER}_token_refused`,
      `the token service answered ${status}: check tenant id, client id and whether the client secret has expired`,
    );
  return answerForStatus({
    provider: PROVIDER,
    status,
    retryAfter: headers.get('retry-after'),
    write: false,
  });
}

function toPipeline(request: PipelineResponse['request'], received: Received): PipelineResponse {
  const { headers } = received;
  return {
    request,
    status: received.status,
    bodyAsText: received.text ?? '',
    headers: {
      get: (name) => headers.get(name) ?? undefined,
      has: (name) => headers.has(name),
      set: (name, value) => headers.set(name, String(value)),
      delete: (name) => headers.delete(name),
      toJSON: () => Object.fromEntries(headers),
      [Symbol.iterator]: () => headers.entries(),
    },
  };
}

/** The renewal goes on for others who wait for it; this caller stops waiting. */
function untilAborted(answer: Promise<Got<string>>, signal: AbortSignal): Promise<Got<string>> {
  return new Promise((resolve, reject) => {
    const stop = () =>
      resolve(
        unavailable(
          `${PROVIDER}_token_timeout`,
          'the call ended while waiting for a token; nothing was sent',
        ),
      );
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
