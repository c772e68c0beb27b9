/** The identity library's way to the network, and what a token that could not be had means. */
import type { ClientSecretCredentialOptions } from '@azure/identity';
import { answerForStatus, answerForThrown, type Failure } from '../http-answer.ts';
import type { Application } from './token.ts';

type HttpClient = NonNullable<ClientSecretCredentialOptions['httpClient']>;
type PipelineResponse = Awaited<ReturnType<HttpClient['sendRequest']>>;

interface Received {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** What the wire saw last. */
type Seen = Received | { readonly thrown: unknown } | null;

/** The library's way to the network, through our bounds, remembering the last thing that went wrong. */
export function createWire({
  provider,
  authority,
  egress,
}: Pick<Application, 'provider' | 'authority' | 'egress'>): {
  readonly client: HttpClient;
  failure(): Failure;
} {
  let seen: Seen = null;
  const sendRequest: HttpClient['sendRequest'] = async (request) => {
    const url = new URL(request.url);
    if (url.protocol !== 'https:') throw new Error('the identity library was sent to a place without TLS');
    // The library insists on writing https; on this machine's loopback plain http may be spoken (see `tenantOf`).
    if (url.host === authority.host) url.protocol = authority.protocol;
    const { body } = request;
    try {
      const {
        status,
        headers,
        body: answer,
      } = await egress.send({
        method: request.method,
        url: url.href,
        headers: request.headers.toJSON(),
        ...(typeof body === 'string' ? { body } : {}),
        signal: (request.abortSignal as AbortSignal | undefined) ?? new AbortController().signal,
      });
      seen = { status, headers, text: answer.kind === 'bytes' ? answer.bytes.toString('utf8') : '' };
      return toPipeline(request, seen);
    } catch (error) {
      seen = { thrown: error };
      throw error;
    }
  };
  return { client: { sendRequest }, failure: () => failureOf(provider, seen) };
}

/** Asking for a token changes nothing, so a failure is either worth a retry or a matter of configuration. */
function failureOf(provider: string, seen: Seen): Failure {
  if (seen === null || !('status' in seen)) return answerForThrown(provider, seen?.thrown, false);
  const { status, headers } = seen;
  if (status >= 200 && status < 300)
    return unavailable(
      `${provider}_token_unreadable`,
      'the token service answered with something that is no token',
    );
  if (status < 500 && status !== 429 && status !== 408)
    return refused(
      `${provider}_token_refused`,
      `the token service answered ${status}: check tenant id, client id and whether the client secret has expired`,
    );
  return answerForStatus({
    provider,
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
    bodyAsText: received.text,
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

function refused(code: string, message: string): Failure {
  return { kind: 'refused', fault: { code, message } };
}

export function unavailable(code: string, message: string): Failure {
  return { kind: 'try_again', because: 'unavailable', fault: { code, message } };
}
