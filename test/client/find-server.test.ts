import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { explainNone, findBinary, findServer, type Surroundings } from '../../client/server/find.ts';
import { startArguments } from '../../client/server/flags.ts';
import { runErrand } from '../../client/server/errand.ts';

let dir: string;
let said: string[];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cordon-find-'));
  said = [];
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

const cache = (): string => join(dir, 'home', '.cache', 'cordon', 'temporal-1.5.1');
const path = (): string => join(dir, 'bin');

const surroundings = (changes: Partial<Surroundings> = {}, env: Surroundings['env'] = {}): Surroundings => ({
  env: { HOME: join(dir, 'home'), PATH: path(), ...env },
  say: (line) => void said.push(line),
  everyMs: 50,
  download: () => Promise.reject(new Error('the network is unreachable')),
  ...changes,
});

async function program(file: string, script: string): Promise<string> {
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return file;
}

const says = (version: string): string => `echo 'temporal version 1.5.1 (Server ${version}, UI 2.42.1)'`;
const FIT = says('1.29.1');
/** What a build that works leaves behind, after `before`. */
const builds = (before: string): string =>
  `${before}\nprintf '#!/bin/sh\\n%s\\n' "${FIT}" > "$GOBIN/temporal"\n/bin/chmod 755 "$GOBIN/temporal"`;

describe('a Temporal server is looked for', () => {
  test('first where the environment says one runs, whatever is installed', async () => {
    await program(join(path(), 'temporal'), FIT);
    const env = { TEMPORAL_ADDRESS: 'temporal.soc.test:7233', TEMPORAL_NAMESPACE: 'soc' };
    expect(await findServer(surroundings({}, env))).toMatchObject({
      kind: 'address',
      address: 'temporal.soc.test:7233',
      namespace: 'soc',
    });
  });

  test('first where a profile file says one runs, with its own encryption settings', async () => {
    const file = join(dir, 'temporal.toml');
    await writeFile(file, '[profile.prod]\naddress = "prod.test:7233"\napi_key = "k"\n');
    const env = { TEMPORAL_CONFIG_FILE: file, TEMPORAL_PROFILE: 'prod' };
    const found = await findServer(surroundings({}, env));
    expect(found).toMatchObject({ kind: 'address', address: 'prod.test:7233', namespace: 'default' });
    expect(found).toMatchObject({ connectionOptions: { tls: true } });
  });

  test('nowhere else when the profile that was asked for does not exist', async () => {
    await program(join(path(), 'temporal'), FIT);
    const found = await findServer(surroundings({}, { TEMPORAL_PROFILE: 'prod' }));
    expect(found.kind).toBe('none');
    expect(found.kind === 'none' && explainNone(found)).toMatch(/prod[\s\S]*Correct TEMPORAL_PROFILE/);
  });

  test('nowhere else when the profile file is damaged, and no key in it is quoted', async () => {
    const file = join(dir, 'temporal.toml');
    await writeFile(file, '[profile.default]\naddress = "prod.test:7233"\napi_key = "canary-5d2e" oops\n');
    const found = await findServer(surroundings({}, { TEMPORAL_CONFIG_FILE: file }));
    const text = found.kind === 'none' ? explainNone(found) : '';
    expect(text).toContain(file);
    expect(text).not.toContain('canary');
  });

  test('then on the PATH, before one that was installed earlier', async () => {
    await program(join(cache(), 'temporal'), FIT);
    const file = await program(join(path(), 'temporal'), FIT);
    expect(await findServer(surroundings())).toEqual({ kind: 'binary', path: file, how: 'path' });
  });

  test.each([
    ['is too old', says('1.24.2')],
    ['does not run', 'exit 3'],
    ['does not say what it is', 'echo hello'],
  ])('then among those installed earlier, when the one on the PATH %s', async (_why, script) => {
    await program(join(path(), 'temporal'), script);
    const file = await program(join(cache(), 'temporal'), FIT);
    expect(await findServer(surroundings())).toEqual({ kind: 'binary', path: file, how: 'cache' });
  });

  test('in the cache directory the desktop standard names, when it is set', async () => {
    const file = await program(join(dir, 'xdg', 'cordon', 'temporal-1.5.1', 'temporal'), FIT);
    const found = await findServer(surroundings({}, { XDG_CACHE_HOME: join(dir, 'xdg') }));
    expect(found).toEqual({ kind: 'binary', path: file, how: 'cache' });
  });
});

describe('a Temporal server is installed', () => {
  test('by the download, and found in the cache from then on', async () => {
    const download = (to: string): Promise<string> => program(join(to, 'temporal-v1.5.1'), FIT);
    const first = await findServer(surroundings({ download }));
    expect(first).toEqual({ kind: 'binary', path: join(cache(), 'temporal'), how: 'download' });
    expect(await findServer(surroundings())).toMatchObject({ how: 'cache' });
    expect(await readdir(cache())).toEqual(['temporal']);
  });

  test('by a build when the download fails, saying every so often how long it has taken', async () => {
    await program(join(path(), 'go'), builds('/bin/sleep 0.4'));
    expect(await findBinary(surroundings())).toMatchObject({ how: 'go', path: join(cache(), 'temporal') });
    const progress = said.filter((line) => /go install .*: \d+ s$/.test(line));
    expect(progress.length).toBeGreaterThanOrEqual(3);
    expect(await readdir(cache())).toEqual(['temporal']);
  });

  test('never from a build that broke off, which leaves nothing behind', async () => {
    await program(
      join(path(), 'go'),
      `printf half > "$GOBIN/temporal"\necho 'link: write error: no space' >&2\nexit 1`,
    );
    const found = await findBinary(surroundings());
    expect(found.kind === 'none' && explainNone(found)).toContain('link: write error: no space');
    expect(await readdir(cache())).toEqual([]);
  });

  test('never from a download that is not a server', async () => {
    const download = (to: string): Promise<string> =>
      program(join(to, 'temporal-v1.5.1'), 'echo captive portal');
    const found = await findBinary(surroundings({ download }));
    expect(found.kind === 'none' && explainNone(found)).toContain('captive portal');
    expect(await readdir(cache())).toEqual([]);
  });

  test('once, when two ask at the same time: the second waits and says so', async () => {
    const count = join(dir, 'builds');
    await program(join(path(), 'go'), builds(`echo built >> ${count}\n/bin/sleep 0.5`));
    const found = await Promise.all([
      findBinary(surroundings()),
      wait(100).then(() => findBinary(surroundings())),
    ]);
    expect(new Set(found.map((one) => one.kind === 'binary' && one.how))).toEqual(new Set(['cache', 'go']));
    expect(await readFile(count, 'utf8')).toBe('built\n');
    expect(said.some((line) => line.startsWith('another process is installing'))).toBe(true);
  });

  test('without what a killed build had left half-written', async () => {
    await program(join(cache(), 'staging-abc', 'temporal'), 'half');
    await program(join(path(), 'go'), builds(''));
    expect(await findBinary(surroundings())).toMatchObject({ how: 'go' });
    expect(await readdir(cache())).toEqual(['temporal']);
  });
});

describe('when there is no way to a server', () => {
  test('the error lists every way, why it failed and what to do, in the order tried', async () => {
    const found = await findServer(surroundings());
    expect(found.kind).toBe('none');
    const text = found.kind === 'none' ? explainNone(found) : '';
    expect(text.match(/^ {2}\d\. [^:]+/gm)).toEqual([
      '  1. TEMPORAL_ADDRESS or a profile file',
      '  2. `temporal` on the PATH',
      '  3. a server installed earlier',
      "  4. the SDK's download",
      '  5. go install github.com/temporalio/cli/cmd/temporal@v1.5.1',
    ]);
    expect(text).toContain('the network is unreachable');
    expect(text).toContain('there is no `go` on the PATH');
    expect(text.split('\n')).toHaveLength(11);
  });

  test('because the cache cannot be written, the error names the directory', async () => {
    await writeFile(join(dir, 'home'), 'a file where a home should be');
    const found = await findBinary(surroundings());
    expect(found.kind === 'none' && explainNone(found)).toMatch(
      /home\/\.cache\/cordon.*ENOTDIR[\s\S]*XDG_CACHE_HOME/,
    );
  });
});

describe('an errand', () => {
  test('that says nothing within its time is ended, with everything it started', async () => {
    const script = await program(join(path(), 'hang'), '/bin/sleep 30');
    const started = performance.now();
    const look = (elapsed: number): string | null => (elapsed > 100 ? 'nothing arrived' : null);
    const errand = { command: script, args: [], cwd: dir, env: {}, everyMs: 50, look };
    expect(await runErrand(errand)).toBe('nothing arrived');
    expect(performance.now() - started).toBeLessThan(20_000);
  }, 30_000);

  test('that cannot be started says so', async () => {
    const errand = { command: join(dir, 'none'), args: [], cwd: dir, env: {}, everyMs: 50, look: () => null };
    expect(await runErrand(errand)).toMatch(/cannot be started .*ENOENT/);
  });
});

test('a server of our own always listens on this machine only, polls fast and knows the search attributes', () => {
  const line = startArguments({ port: 7000, uiPort: null }).join(' ');
  expect(line).toContain('server start-dev --ip 127.0.0.1 --port 7000');
  expect(line).toContain('--headless');
  for (const queue of ['transfer', 'timer', 'visibility'])
    expect(line).toContain(`--dynamic-config-value history.${queue}ProcessorMaxPollRPS=10000`);
  expect(line).toContain('--dynamic-config-value system.enableActivityEagerExecution=true');
  for (const attribute of ['CordonPlaybook=Keyword', 'CordonCase=Keyword', 'CordonStatus=Keyword'])
    expect(line).toContain(`--search-attribute ${attribute}`);
  expect(line).toContain('--search-attribute CordonAwaitingApproval=Bool');
  expect(startArguments({ port: 1, uiPort: 8000, dbFile: 'x.db' }).join(' ')).toMatch(
    /--ui-port 8000 --db-filename x\.db/,
  );
});
