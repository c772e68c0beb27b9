/** The real thing: a vault of its own for each test, with a role for Cordon, and what Cordon sends it written down. */
import { spawn } from 'node:child_process';
import { request as ask, type ServerResponse } from 'node:http';
import { createInterface } from 'node:readline';
import { startDouble, type Arrived } from '../connectors/call.ts';
import type { VaultPlace } from '../secrets/vault-place.ts';

const POLICY = `
path "secret/data/*" { capabilities = ["create", "read", "update", "delete"] }
path "secret/metadata/*" { capabilities = ["list", "read"] }`;

/** What the server says of itself when it is ready. */
interface Said {
  readonly url: string;
  readonly token: string;
  readonly unsealKey: string;
}

/** `program` is the server of `server/main.go`. */
export async function startVault(program: string, tokenSeconds = 3600): Promise<VaultPlace> {
  const child = spawn(program, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const { url, token, unsealKey } = await said(child.stdout, ended);
  const admin = (method: string, path: string, body?: object) => asRoot(url, token, method, path, body);
  const { roleId, secretId } = await setUp(admin, tokenSeconds);
  const watched = await startDouble((arrived, response) => pass(url, arrived, response));
  return {
    ...watched,
    rootToken: token,
    roleId,
    secretId,
    async revokeAll() {
      await admin('PUT', 'sys/leases/revoke-prefix/auth/approle/login');
    },
    async seal(sealed) {
      await (sealed ? admin('PUT', 'sys/seal') : admin('PUT', 'sys/unseal', { key: unsealKey }));
    },
    async close() {
      await watched.close();
      child.kill();
      await ended;
    },
  };
}

async function said(output: NodeJS.ReadableStream, ended: Promise<void>): Promise<Said> {
  const lines = createInterface({ input: output });
  const line = await Promise.race([
    new Promise<string>((resolve) => lines.once('line', resolve)),
    ended.then(() => Promise.reject(new Error('the vault ended before it was ready'))),
  ]);
  return JSON.parse(line) as Said;
}

type Admin = (method: string, path: string, body?: object) => Promise<unknown>;

async function setUp(admin: Admin, tokenSeconds: number) {
  await admin('POST', 'sys/mounts/secret', { type: 'kv', options: { version: '2' } });
  await admin('PUT', 'sys/policies/acl/cordon', { policy: POLICY });
  await admin('POST', 'sys/auth/approle', { type: 'approle' });
  await admin('POST', 'auth/approle/role/cordon', {
    token_policies: ['cordon'],
    token_ttl: `${tokenSeconds}s`,
    token_max_ttl: '2h',
  });
  const role = (await admin('GET', 'auth/approle/role/cordon/role-id')) as { data: { role_id: string } };
  const secret = (await admin('POST', 'auth/approle/role/cordon/secret-id')) as {
    data: { secret_id: string };
  };
  await untilUpgraded(admin);
  return { roleId: role.data.role_id, secretId: secret.data.secret_id };
}

/** A new engine of version 2 answers 400 while it sets itself up. */
async function untilUpgraded(admin: Admin): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await admin('POST', 'secret/data/first', { data: {} });
      await admin('DELETE', 'secret/metadata/first');
      return;
    } catch (error) {
      if (attempt === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function asRoot(
  url: string,
  token: string,
  method: string,
  path: string,
  body?: object,
): Promise<unknown> {
  const response = await fetch(`${url}/v1/${path}`, {
    method,
    headers: { 'x-vault-token': token, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}: ${text}`);
  return text === '' ? null : (JSON.parse(text) as unknown);
}

function pass(url: string, { method, url: path, headers, body }: Arrived, response: ServerResponse): void {
  const passed = ask(
    new URL(path, url),
    { method, headers: { ...headers, host: new URL(url).host } },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    },
  );
  passed.on('error', () => response.destroy());
  passed.end(body);
}
