import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { openServer } from '../../client/server/open.ts';
import { startServer, type RunningServer } from '../../client/server/start.ts';

// The first run on a machine installs the server, which may take a build of several minutes.
jest.setTimeout(15 * 60_000);

const runs = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

async function withClient<T>(server: RunningServer, work: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: server.address });
  try {
    return await work(new Client({ connection, namespace: server.namespace }));
  } finally {
    await connection.close();
  }
}

describe('a Temporal server of our own', () => {
  let dir: string;
  let server: RunningServer;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'cordon-server-'));
    server = await startServer({ dbFile: join(dir, 'temporal.db'), headless: false });
  });
  afterAll(async () => {
    await server?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  test('is ready when it is handed over: its namespace, search attributes and web page answer', async () => {
    expect(server.address).toMatch(/^127\.0\.0\.1:\d+$/);
    const { customAttributes } = await withClient(server, (client) =>
      client.connection.operatorService.listSearchAttributes({ namespace: server.namespace }),
    );
    const names = ['CordonPlaybook', 'CordonCase', 'CordonStatus', 'CordonAwaitingApproval'];
    expect(Object.keys(customAttributes ?? {})).toEqual(expect.arrayContaining(names));
    expect((await fetch(String(server.uiUrl))).status).toBe(200);
  });

  test('keeps its runs across a restart, and its process is gone in between', async () => {
    const start = { taskQueue: 'nobody', workflowId: 'kept', args: [{ case_id: 'INC-1' }] };
    await withClient(server, (client) => client.workflow.start('email_takeover_v1', start));
    await server.stop();
    await server.stop();
    expect(runs(server.pid)).toBe(false);
    const [port, { binary }] = [Number(server.address.split(':')[1]), server];
    server = await startServer({ dbFile: join(dir, 'temporal.db'), port, binary });
    expect(server.uiUrl).toBeNull();
    const status = await withClient(server, async (client) => client.workflow.getHandle('kept').describe());
    expect(status.status.name).toBe('RUNNING');
  });

  test('does not come up on a port where another one answers already', async () => {
    const port = Number(server.address.split(':')[1]);
    const second = startServer({ port, binary: server.binary });
    await expect(second).rejects.toThrow(`port ${port} of 127.0.0.1 is taken`);
  });

  test('is used as it is when the environment names it, and outlives whoever used it', async () => {
    const before = process.env['TEMPORAL_ADDRESS'];
    process.env['TEMPORAL_ADDRESS'] = server.address;
    try {
      const open = await openServer();
      expect(open).toMatchObject({ kind: 'theirs', address: server.address, namespace: 'default' });
      await open.stop();
    } finally {
      if (before === undefined) delete process.env['TEMPORAL_ADDRESS'];
      else process.env['TEMPORAL_ADDRESS'] = before;
    }
    expect(runs(server.pid)).toBe(true);
  });
});

test.each(['SIGKILL', 'SIGINT', 'SIGTERM'] as const)(
  'a server ends when its owner is ended by %s',
  async (signal) => {
    const module = pathToFileURL(join(import.meta.dirname, '../../client/server/start.ts')).href;
    const script = `
    const { startServer } = await import(${JSON.stringify(module)});
    console.log((await startServer()).pid);`;
    const owner = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface({ input: owner.stdout }), 'line')) as [string];
    const pid = Number(line);
    expect(runs(pid)).toBe(true);
    owner.kill(signal);
    for (let tries = 0; runs(pid) && tries < 100; tries += 1) await wait(100);
    expect(runs(pid)).toBe(false);
  },
);

test('a server that cannot keep its runs where it was told to ends with the reason', async () => {
  const dbFile = join(tmpdir(), 'cordon-no-such-directory', 'temporal.db');
  await expect(startServer({ dbFile })).rejects.toThrow(
    /ended while it started[\s\S]*no such file or directory/,
  );
});
