/** A KV version 2 engine of HashiCorp Vault or OpenBao, over its HTTP interface. Reads, stores, deletes, lists. */
import { isObject, type Json, type JsonObject } from '../../../workflows/language/json.ts';
import { createEgress, type Egress, type EgressSettings } from '../../egress/egress.ts';
import { createLogin, type Credential, type Login } from './login.ts';
import { exchange, type Got } from './exchange.ts';

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
