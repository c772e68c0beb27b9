/** A KV version 2 engine with its logins, as its HTTP interface is documented: as strict, and as terse. */
import type { ServerResponse } from 'node:http';
import { json, startDouble, type Arrived } from '../connectors/call.ts';
import type { VaultPlace } from './vault-place.ts';

interface Secret {
  readonly versions: ({ readonly data: unknown } | { readonly deleted: true })[];
}

export async function startVaultDouble(tokenSeconds = 3600): Promise<VaultPlace> {
  const secrets = new Map<string, Secret>();
  const tokens = new Map<string, number>();
  let logins = 0;
  const rootToken = 'canary-root-token-90ab';
  const roleId = 'role-1';
  const secretId = 'canary-secret-id-11cd';
  let sealed = false;
  tokens.set(rootToken, Date.now() + tokenSeconds * 1000);

  const refuse = (response: ServerResponse, status: number, ...errors: string[]) =>
    json(response, status, { errors });
  const auth = (response: ServerResponse, token: string) => {
    tokens.set(token, Date.now() + tokenSeconds * 1000);
    json(response, 200, {
      auth: { client_token: token, lease_duration: tokenSeconds, renewable: true, policies: ['cordon'] },
    });
  };

  function data(request: Arrived, response: ServerResponse, path: string): void {
    const secret = secrets.get(path);
    const newest = secret?.versions.at(-1);
    switch (request.method) {
      case 'GET':
        if (newest === undefined) return refuse(response, 404);
        if ('deleted' in newest)
          return json(response, 404, { data: { data: null, metadata: { deletion_time: 'then' } } });
        return json(response, 200, { data: { data: newest.data, metadata: { version: 1 } } });
      case 'POST': {
        const body = JSON.parse(request.body) as { data: unknown; options?: { cas?: number } };
        const versions = secret?.versions ?? [];
        if (body.options?.cas !== undefined && body.options.cas !== versions.length)
          return refuse(response, 400, 'check-and-set parameter did not match the current version');
        secrets.set(path, { versions: [...versions, { data: body.data }] });
        return json(response, 200, { data: { version: versions.length + 1, destroyed: false } });
      }
      case 'DELETE':
        if (secret) secret.versions.push({ deleted: true });
        return void response.writeHead(204).end();
      default:
        return refuse(response, 405, 'unsupported operation');
    }
  }

  function list(response: ServerResponse, path: string): void {
    const prefix = path === '' ? '' : `${path.replace(/\/$/, '')}/`;
    const below = [...secrets.keys()].filter((name) => name.startsWith(prefix));
    const keys = new Set(below.map((name) => name.slice(prefix.length).replace(/\/.*$/, '/')));
    if (keys.size === 0) return refuse(response, 404);
    json(response, 200, { data: { keys: [...keys].sort() } });
  }

  const double = await startDouble((request, response) => {
    if (sealed) return refuse(response, 503, 'Vault is sealed');
    if (request.headers['x-vault-request'] !== 'true') return refuse(response, 412, 'no request header');
    const path = decodeURIComponent(request.url.slice('/v1/'.length));
    if (path === 'auth/approle/login') {
      const body = JSON.parse(request.body) as { role_id?: string; secret_id?: string };
      if (body.role_id !== roleId || body.secret_id !== secretId)
        return refuse(response, 400, 'invalid role or secret ID');
      logins += 1;
      return auth(response, `canary-login-${logins}`);
    }
    const token = String(request.headers['x-vault-token'] ?? '');
    if ((tokens.get(token) ?? 0) < Date.now()) return refuse(response, 403, 'permission denied');
    if (path === 'auth/token/lookup-self')
      return json(response, 200, { data: { ttl: tokenSeconds, renewable: true } });
    if (path === 'auth/token/renew-self') return auth(response, token);
    if (path.startsWith('secret/data/')) return data(request, response, path.slice('secret/data/'.length));
    const listed = /^secret\/metadata\/?(.*)\?list=true$/.exec(path);
    if (request.method === 'GET' && listed) return list(response, listed[1] ?? '');
    refuse(response, 403, 'permission denied');
  });
  return {
    ...double,
    rootToken,
    roleId,
    secretId,
    async revokeAll() {
      for (const token of tokens.keys()) if (token !== rootToken) tokens.delete(token);
    },
    async seal(to) {
      sealed = to;
    },
  };
}
