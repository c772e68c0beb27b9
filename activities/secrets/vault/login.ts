/** How Cordon proves itself to a vault, and keeps its token alive. */
import { isObject, type Json } from '../../../workflows/language/json.ts';
import type { Egress } from '../../egress/egress.ts';
import { exchange, type Got, type VaultPlace } from './exchange.ts';

/** What is read when it is needed, so that a value that was rotated is taken up; throws when it cannot be read. */
export type Read = () => Promise<string>;

export type Credential =
  | { readonly kind: 'token'; readonly token: Read }
  | {
      readonly kind: 'approle';
      /** Default `approle`. */
      readonly mount?: string;
      readonly roleId: string;
      readonly secretId: Read;
    };

export interface Login {
  token(): Promise<Got<string>>;
  /** The vault no longer takes this token. False: there is no way to get another. */
  drop(token: string): boolean;
}

interface Held {
  readonly token: string;
  readonly renewable: boolean;
  /** From here on it is renewed before it is used. */
  readonly renewAt: number;
  readonly endsAt: number;
}

export function createLogin(config: VaultPlace & { readonly credential: Credential }, egress: Egress): Login {
  let held: Held | null = null;
  let pending: Promise<Got<string>> | null = null;
  const { credential } = config;

  async function fresh(): Promise<Got<string>> {
    const now = Date.now();
    if (held !== null && now < held.renewAt) return { kind: 'got', value: held.token };
    if (held !== null && held.renewable && now < held.endsAt) {
      const renewed = await post('auth/token/renew-self', {}, held.token);
      const next = renewed.kind === 'got' ? heldFrom(renewed.value) : null;
      // Where renewing does not prolong it any more, the vault wants a new login.
      if (next !== null && next.endsAt > held.endsAt) return use(next);
    }
    if (held !== null && now < held.endsAt && credential.kind === 'token')
      return { kind: 'got', value: held.token };
    return signIn();
  }

  async function signIn(): Promise<Got<string>> {
    held = null;
    let secret: string;
    try {
      secret = await (credential.kind === 'token' ? credential.token() : credential.secretId());
    } catch {
      return { kind: 'unavailable', detail: 'the credential for the vault cannot be read' };
    }
    if (credential.kind === 'token') return lookUp(secret);
    const { roleId, mount = 'approle' } = credential;
    const answer = await post(`auth/${mount}/login`, { role_id: roleId, secret_id: secret }, '');
    if (answer.kind !== 'got') return answer;
    const next = heldFrom(answer.value);
    return next === null ? { kind: 'unavailable', detail: 'the login brought no token' } : use(next);
  }

  /** How long a given token lives, so that it can be renewed in time. One that may not look stays as it is. */
  async function lookUp(token: string): Promise<Got<string>> {
    const found = await exchange(egress, config, 'GET', 'auth/token/lookup-self', token);
    if (found.kind === 'unavailable') return found;
    const data = found.kind === 'got' && isObject(found.value) ? found.value['data'] : null;
    const seconds = isObject(data) && typeof data['ttl'] === 'number' ? data['ttl'] : 0;
    const renewable = isObject(data) && data['renewable'] === true;
    return use(lasting(token, seconds === 0 ? Infinity : seconds, renewable));
  }

  const post = (path: string, body: Json, token: string) =>
    exchange(egress, config, 'POST', path, token, body);
  const use = (next: Held): Got<string> => {
    held = next;
    return { kind: 'got', value: next.token };
  };

  return {
    token: () =>
      (pending ??= fresh().finally(() => {
        pending = null;
      })),
    drop(token) {
      if (held?.token === token) held = null;
      return credential.kind === 'approle';
    },
  };
}

/** Of a login or a renewal; null when it holds no token. */
function heldFrom(value: Json): Held | null {
  const auth = isObject(value) ? value['auth'] : null;
  if (!isObject(auth) || typeof auth['client_token'] !== 'string') return null;
  const seconds = typeof auth['lease_duration'] === 'number' ? auth['lease_duration'] : 0;
  return lasting(auth['client_token'], seconds === 0 ? Infinity : seconds, auth['renewable'] === true);
}

/** Renewed once two thirds of its life are over. */
function lasting(token: string, seconds: number, renewable: boolean): Held {
  const now = Date.now();
  return { token, renewable, renewAt: now + (seconds * 1000 * 2) / 3, endsAt: now + seconds * 1000 };
}
