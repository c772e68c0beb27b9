/** Access tokens of the application, from the official identity library, one at a time and as few as possible. */
import type { Egress } from '../../egress/egress.ts';
import type { CallContext } from '../connector.ts';
import type { Failure } from '../http-answer.ts';
import { createWire, unavailable } from './wire.ts';

/** A token this close to its end is not used any more: the call it is for may take a while. */
const MARGIN_MS = 120_000;

/** Who we are in a tenant, and what the tokens are for. */
export interface Application {
  /** The connector's name, in the codes of its faults. */
  readonly provider: string;
  readonly tenantId: string;
  readonly clientId: string;
  /** Reference to the client secret. */
  readonly clientSecret: string;
  readonly authority: URL;
  /** True when the authority is not Microsoft's public one, which would not know it. */
  readonly foreignAuthority: boolean;
  /** Whose default permissions the token carries, without a slash at its end. */
  readonly resource: string;
  readonly egress: Egress;
}

export type Got<T> = { readonly kind: 'got'; readonly value: T } | Failure;

export interface Tokens {
  /** A cached token, or a new one. The client secret is fetched for each new one and not kept. */
  current(call: CallContext): Promise<Got<string>>;
  /** The provider no longer takes this token. */
  drop(token: string): void;
}

export function createTokens(application: Application): Tokens {
  let cached: { readonly token: string; readonly expiresAt: number } | null = null;
  let pending: Promise<Got<string>> | null = null;

  async function renew(call: CallContext): Promise<Got<string>> {
    const secret = await clientSecret(application, call);
    if (secret.kind !== 'got') return secret;
    const answer = await requestToken(application, secret.value);
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
      return untilAborted(application.provider, pending, call.signal);
    },
    drop(token) {
      if (cached?.token === token) cached = null;
    },
  };
}

async function clientSecret(application: Application, call: CallContext): Promise<Got<string>> {
  try {
    return { kind: 'got', value: await call.secret(application.clientSecret, application.authority.host) };
  } catch {
    const message = `the client secret ${application.clientSecret} could not be read; check the secret source`;
    return unavailable('secret_unavailable', message);
  }
}

async function requestToken(
  application: Application,
  secret: string,
): Promise<Got<{ readonly token: string; readonly expiresAt: number }>> {
  const { ClientSecretCredential } = await import('@azure/identity');
  const wire = createWire(application);
  const authorityHost = `https://${application.authority.host}`;
  const credential = new ClientSecretCredential(application.tenantId, application.clientId, secret, {
    authorityHost,
    disableInstanceDiscovery: application.foreignAuthority,
    retryOptions: { maxRetries: 0 },
    redirectOptions: { maxRetries: 0 },
    httpClient: wire.client,
  });
  try {
    const { token, expiresOnTimestamp } = await credential.getToken(`${application.resource}/.default`);
    return { kind: 'got', value: { token, expiresAt: expiresOnTimestamp } };
  } catch {
    // The library's error may quote the request; what happened on the wire is all that is used of it.
    return wire.failure();
  }
}

/** The renewal goes on for others who wait for it; this caller stops waiting. */
function untilAborted(
  provider: string,
  answer: Promise<Got<string>>,
  signal: AbortSignal,
): Promise<Got<string>> {
  return new Promise((resolve, reject) => {
    const stop = () =>
      resolve(
        unavailable(
          `${provider}_token_timeout`,
          'the call ended while waiting for a token; nothing was sent',
        ),
      );
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
