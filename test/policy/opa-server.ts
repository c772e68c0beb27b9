/**
 * OPA for tests: the real server where one can be had (PATH, Go's folder, our cache, built with Go), otherwise a double
 * that answers as the real one was seen to. Says which.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createSocket } from 'node:net';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Json } from '../../workflows/language/json.ts';

export interface RunningOpa {
  readonly url: string;
  /** `opa 1.9.0`, or `recorded contract`. */
  readonly what: string;
  stop(): Promise<void>;
}

const VERSION = 'v1.9.0';
const ROOT = join(import.meta.dirname, '../..');
const POLICIES = [join(ROOT, 'policies/opa/cordon.rego'), join(ROOT, 'test/policy/rego/rules.rego')];
const QUERY = '/v1/data/cordon/verdict';

export async function startOpa(): Promise<RunningOpa> {
  const binary = findOpa();
  return binary === null ? recordedOpa() : realOpa(binary);
}

export function findOpa(): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), join(homedir(), 'go/bin'), cacheFolder()];
  const found = folders.map((folder) => join(folder, 'opa')).find((file) => existsSync(file));
  return found ?? build();
}

function cacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'cordon/opa');
}

/** Null where there is no Go, or it cannot build just now. */
function build(): string | null {
  try {
    execFileSync('go', ['install', `github.com/open-policy-agent/opa@${VERSION}`], {
      env: { ...process.env, GOBIN: cacheFolder() },
      stdio: 'ignore',
      timeout: 10 * 60_000,
    });
    return join(cacheFolder(), 'opa');
  } catch {
    return null;
  }
}

async function realOpa(binary: string): Promise<RunningOpa> {
  const port = await freePort();
  const version = /^Version: (\S+)/.exec(execFileSync(binary, ['version'], { encoding: 'utf8' }))?.[1] ?? '?';
  const address = `127.0.0.1:${port}`;
  const server = spawn(
    binary,
    ['run', '--server', '--addr', address, '--disable-telemetry', '--log-level', 'error', ...POLICIES],
    { stdio: 'ignore' },
  );
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  for (const until = Date.now() + 20_000; ;) {
    const healthy = await fetch(`http://${address}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (healthy) break;
    if (Date.now() > until) throw new Error('OPA did not start within 20 s');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    url: `http://${address}${QUERY}`,
    what: `opa ${version}`,
    async stop() {
      server.kill();
      await ended;
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createSocket();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise<void>((resolve) => probe.close(() => resolve()));
  return port;
}

/** What the real server said to these questions, by action and kind of target. */
export function recordedOpa(): Promise<RunningOpa> {
  return startDouble('recorded contract', (input) => ({ result: recorded(input) }));
}

interface Input {
  readonly action: string;
  readonly target: { readonly kind: string; readonly id: string };
}

function recorded({ action, target }: Input): Json {
  const permit = (id: string, reason: string): Json => ({ id, reason, effect: 'permit' });
  const account = target.kind === 'account';
  if (account && action === 'ListFilters')
    return { effect: 'allow', rules: [permit('look', 'looking changes nothing')], obligations: [] };
  if (account && action === 'RotatePassword')
    return {
      effect: 'needs_approval',
      rules: [
        { id: 'person', reason: 'a person agrees first', effect: 'forbid' },
        permit('recover', 'accounts are taken back'),
      ],
      obligations: [{ kind: 'approval', quorum: 1 }],
    };
  if (account && action === 'DeleteFilter')
    return {
      effect: 'needs_approval',
      rules: [
        { id: 'signed', reason: 'two persons sign, one of them of the network team', effect: 'forbid' },
        permit('clean', 'filters are removed'),
      ],
      obligations: [
        {
          kind: 'approval',
          quorum: 2,
          groups: [{ group: 'network', count: 1 }],
          min_assurance: 'V3',
          expires_ms: 3_600_000,
        },
      ],
    };
  const reason = `no rule permits ${action} on ${target.kind} ${target.id}`;
  return { effect: 'deny', rules: [{ id: 'default_deny', effect: 'default', reason }], obligations: [] };
}

/** A server in OPA's place that answers whatever it is told to. */
export async function startDouble(what: string, answer: (input: Input) => Json): Promise<RunningOpa> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString('utf8')));
    request.on('end', () => {
      const { input } = JSON.parse(body) as { readonly input: Input };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(answer(input)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${QUERY}`,
    what,
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
