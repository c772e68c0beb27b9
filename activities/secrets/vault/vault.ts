/** A KV version 2 engine of HashiCorp Vault or OpenBao, over its HTTP interface. Reads, stores, deletes, lists. */
import { isObject, type Json, type JsonObject } from '../../../workflows/language/json.ts';
import { createEgress, jsonOf, type Egress, type EgressSettings } from '../../egress/egress.ts';
import { createLogin, type Credential, type Login } from './login.ts';

export interface VaultConfig {
  /** Origin, for instance `https://vault.example.org:8200`. */
  readonly url: string;
  /** Where the engine is mounted. Default `secret`. */
  readonly mount?: string;
  readonly namespace?: string;
  readonly credential: Credential;
  /** Below which path secrets that Cordon makes are stored. Default `cordon`. */
  readonly keepUnder?: string;
}

/** `denied`: not allowed or sealed off by a wrong credential; `unavailable`: could not be asked, or not now. */
export type Got<T> =
  | { readonly kind: 'got'; readonly value: T }
  | { readonly kind: 'missing' | 'denied' | 'unavailable' | 'exists'; readonly detail: string };

/** Paths stand below the mount. No method throws, retries or keeps a value. */
export interface Vault {
  readonly keepUnder: string;
  read(path: string): Promise<Got<JsonObject>>;
  /** A new version of the secret; with `onlyNew`, `exists` where there is one already. */
  store(
    path: string,
    data: JsonObject,
    options?: { readonly onlyNew?: boolean },
  ): Promise<Got<{ readonly version: number }>>;
  /** The newest version; it can be brought back in the vault itself. */
  remove(path: string): Promise<Got<'removed'>>;
  /** Names below a path; folders end with `/`. */
  list(path: string): Promise<Got<readonly string[]>>;
}

/** Nothing is contacted before the first use. Throws for an address that is no origin. */
export function createVault(config: VaultConfig, settings?: EgressSettings): Vault {
  const egress = createEgress([config.url], settings);
  const login = createLogin(config, egress);
  const mount = config.mount ?? 'secret';
  const ask = (method: string, kind: 'data' | 'metadata', path: string, body?: Json) => {
    const steps = path === '' ? [] : path.split('/');
    // A parser of addresses would take these as leading elsewhere, out of the engine.
    if (steps.some((step) => step === '' || step === '.' || step === '..'))
      return Promise.resolve({ kind: 'denied', detail: 'not a path below the mount' } as const);
    const query = kind === 'metadata' ? '?list=true' : '';
    const whole = `${[mount, kind, ...steps.map(encodeURIComponent)].join('/')}${query}`;
    return request({ config, egress, login }, method, whole, body);
  };
  return {
    keepUnder: config.keepUnder ?? 'cordon',
    async read(path) {
      const got = await ask('GET', 'data', path);
      if (got.kind !== 'got') return got;
      const data = isObject(got.value) && isObject(got.value['data']) ? got.value['data']['data'] : null;
      return isObject(data) ? { kind: 'got', value: data } : { kind: 'missing', detail: 'no data' };
    },
    async store(path, data, { onlyNew = false } = {}) {
      const body = { data, ...(onlyNew ? { options: { cas: 0 } } : {}) };
      const got = await ask('POST', 'data', path, body);
      if (got.kind !== 'got') return got;
      const made = isObject(got.value) && isObject(got.value['data']) ? got.value['data']['version'] : null;
      return typeof made === 'number'
        ? { kind: 'got', value: { version: made } }
        : { kind: 'unavailable', detail: 'the answer names no version' };
    },
    async remove(path) {
      const got = await ask('DELETE', 'data', path);
      return got.kind === 'got' ? { kind: 'got', value: 'removed' } : got;
    },
    async list(path) {
      // The interface's own verb LIST is one that not every proxy lets through; this is its other spelling.
      const got = await ask('GET', 'metadata', path);
      if (got.kind === 'missing') return { kind: 'got', value: [] };
      if (got.kind !== 'got') return got;
      const keys: unknown =
        isObject(got.value) && isObject(got.value['data']) ? got.value['data']['keys'] : [];
      return { kind: 'got', value: Array.isArray(keys) ? keys.filter((key) => typeof key === 'string') : [] };
    },
  };
}

interface Session {
  readonly config: VaultConfig;
  readonly egress: Egress;
  readonly login: Login;
}

const LONGEST_EXCHANGE_MS = 10_000;

/** A token may end before its time: one new one, then the vault means it. */
async function request(
  { config, egress, login }: Session,
  method: string,
  path: string,
  body?: Json,
): Promise<Got<Json>> {
  for (let renewed = false; ; renewed = true) {
    const token = await login.token();
    if (token.kind !== 'got') return token;
    const got = await exchange(egress, config, method, path, token.value, body);
    if (got.kind !== 'denied' || renewed || !login.drop(token.value)) return got;
  }
}

/** One request; with an empty token, as nobody. What the vault says in words stays here: it may quote paths. */
export async function exchange(
  egress: Egress,
  { url, namespace }: Pick<VaultConfig, 'url' | 'namespace'>,
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
