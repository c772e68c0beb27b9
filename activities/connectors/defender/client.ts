/** Defender for Endpoint's interface: tokens, bounds, paging, faults in our words. Never a retry. */
import { isObject, type Json, type JsonObject } from '../../../workflows/language/json.ts';
import { jsonOf, type Received } from '../../egress/egress.ts';
import type { CallContext } from '../connector.ts';
import type { Got, Tokens } from '../entra/token.ts';
import { answerForStatus, answerForThrown, type Failure } from '../http-answer.ts';
import { PROVIDER, type Reach } from './config.ts';

export type { Got } from '../entra/token.ts';

const MOST_PAGES = 50;

export interface Defender {
  /** Null when there is nothing at that path. Paths stand below `/api`; parts from outside MUST be encoded. */
  get(path: string): Promise<Got<JsonObject | null>>;
  list(path: string): Promise<Got<readonly JsonObject[]>>;
  /** Null for an answer without a body. */
  change(method: 'POST' | 'DELETE', path: string, body?: JsonObject): Promise<Got<JsonObject | null>>;
}

export function createDefender(
  reach: Reach,
  tokens: Tokens,
  scopes: readonly string[],
  call: CallContext,
): Defender {
  const root = new URL('/api/', reach.api).href;
  const ask = (method: string, url: string, body?: JsonObject) =>
    send({ reach, tokens, scopes, call }, method, url, body);
  return {
    async get(path) {
      const received = await ask('GET', root + path);
      if (received.kind === 'refused' && isGone(received)) return { kind: 'got', value: null };
      return received.kind === 'got' ? objectIn(received.value) : received;
    },
    async list(path) {
      const items: JsonObject[] = [];
      const seen = new Set<string>();
      for (let url: string | null = root + path; url !== null;) {
        if (seen.has(url) || seen.size >= MOST_PAGES || !url.startsWith(root)) return strayed();
        seen.add(url);
        const received = await ask('GET', url);
        if (received.kind !== 'got') return received;
        const page = objectIn(received.value);
        if (page.kind !== 'got') return page;
        const value: Json | undefined = page.value?.['value'];
        if (!Array.isArray(value) || !value.every(isObject)) return unreadable();
        items.push(...value);
        const next: Json | undefined = page.value?.['@odata.nextLink'];
        url = typeof next === 'string' ? next : null;
      }
      return { kind: 'got', value: items };
    },
    async change(method, path, body) {
      const received = await ask(method, root + path, body);
      if (received.kind !== 'got') return received;
      // It took effect, whatever the body looks like.
      const read = objectIn(received.value);
      return { kind: 'got', value: read.kind === 'got' ? read.value : null };
    },
  };
}

interface Session {
  readonly reach: Reach;
  readonly tokens: Tokens;
  readonly scopes: readonly string[];
  readonly call: CallContext;
}

/** A 401 costs one new token; the second 401 stands. */
async function send(
  session: Session,
  method: string,
  url: string,
  body?: JsonObject,
): Promise<Got<Received>> {
  const { reach, tokens, call, scopes } = session;
  const write = method !== 'GET';
  for (let renewed = false; ; renewed = true) {
    const token = await tokens.current(call);
    if (token.kind !== 'got') return token;
    call.heartbeat();
    let received: Received;
    try {
      received = await reach.application.egress.send({
        method,
        url,
        headers: {
          accept: 'application/json',
          authorization: `Bearer ${token.value}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: call.signal,
      });
    } catch (error) {
      return answerForThrown(PROVIDER, error, write);
    }
    const { status } = received;
    if (status >= 200 && status < 300) return { kind: 'got', value: received };
    if (status !== 401 || renewed) return failureFor(received, scopes, write);
    tokens.drop(token.value);
  }
}

function failureFor(received: Received, scopes: readonly string[], write: boolean): Failure {
  const { status, headers } = received;
  const reason = reasonIn(received);
  const failure = answerForStatus({
    provider: PROVIDER,
    status,
    ...(reason === null ? {} : { reason }),
    retryAfter: headers.get('retry-after'),
    write,
  });
  const advice =
    status === 403
      ? `: grant the application ${scopes.join(', ')} and consent to it`
      : status === 401
        ? ': check tenant, client id and client secret'
        : '';
  // A request of the same kind is open already: told apart from other refusals by its code.
  const code = reason === 'ActiveRequestAlreadyExists' ? ACTIVE : failure.fault.code;
  return { ...failure, fault: { code, message: `${failure.fault.message}${advice}` } };
}

export const ACTIVE = `${PROVIDER}_active_request`;

export function isGone({ fault }: Failure): boolean {
  return fault.code === `${PROVIDER}_404`;
}

/** The provider's own code. Only words pass: the message beside it may quote what was sent. */
function reasonIn(received: Received): string | null {
  const read = jsonOf(received);
  const error = read.kind === 'json' && isObject(read.value) ? read.value['error'] : null;
  const code = isObject(error) ? error['code'] : null;
  return typeof code === 'string' && /^[A-Za-z][A-Za-z0-9_.]{0,79}$/.test(code) ? code : null;
}

function objectIn(received: Received): Got<JsonObject> {
  const read = jsonOf(received);
  return read.kind === 'json' && isObject(read.value) ? { kind: 'got', value: read.value } : unreadable();
}

function unreadable(): Failure {
  const message = `${PROVIDER} answered with something that cannot be used`;
  return { kind: 'try_again', because: 'unavailable', fault: { code: `${PROVIDER}_unreadable`, message } };
}

function strayed(): Failure {
  const message = `the pages of ${PROVIDER}'s answer repeat, do not end, or lead elsewhere`;
  return { kind: 'refused', fault: { code: `${PROVIDER}_paging`, message } };
}
