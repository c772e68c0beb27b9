/** What the workflow sandbox is given: our deterministic code, Temporal's, one expression language, and no more. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { beforeAll, expect, jest, test } from '@jest/globals';
import { bundleWorkflows, type Bundle } from '../worker/bundle.ts';

jest.setTimeout(60_000);

const root = resolve(import.meta.dirname, '..');
/** With what Temporal's workflow package brings along. */
const PACKAGES = [
  '@marcbachmann/cel-js',
  '@temporalio/common',
  '@temporalio/workflow',
  'long',
  'ms',
  'nexus-rpc',
];

let bundle: Bundle;
beforeAll(async () => {
  bundle = await bundleWorkflows();
});

/** The package's name for what was installed; null for our own files. */
function packageOf(module: string): string | null {
  const [, path] = module.split(/.*node_modules\//);
  if (path === undefined) return null;
  const [scope = '', name = ''] = path.split('/');
  return scope.startsWith('@') ? `${scope}/${name}` : scope;
}

const strangers = (modules: readonly string[]): readonly string[] =>
  modules.filter((module) => {
    const name = packageOf(module);
    if (name !== null) return !PACKAGES.includes(name);
    return !relative(root, module).startsWith(join('workflows', ''));
  });

test('the bundle holds our own workflow code, Temporal’s, and the expression language', () => {
  const packages = new Set(bundle.modules.flatMap((module) => packageOf(module) ?? []));
  expect([...packages].sort()).toEqual(PACKAGES);
  expect(strangers(bundle.modules)).toEqual([]);
  const own = bundle.modules.filter((module) => packageOf(module) === null);
  expect(own.map((module) => relative(root, module))).toEqual(
    expect.arrayContaining([
      'workflows/playbook.ts',
      'workflows/walk/walk.ts',
      'workflows/language/expression.ts',
    ]),
  );
});

test('the bundle holds no parser, no schema library, and none of our files that read playbooks', () => {
  const own = bundle.modules.map((module) => relative(root, module));
  const outside = ['parse', 'syntax', 'source', 'schema', 'compile', 'problem'].map(
    (name) => `workflows/language/${name}.ts`,
  );
  expect(own.filter((module) => outside.includes(module))).toEqual([]);
  expect(own.filter((module) => /node_modules\/(zod|yaml|protobufjs)\//.test(module))).toEqual([]);
});

test('the check objects to what it must (control)', () => {
  const zod = join(root, 'node_modules/zod/index.js');
  const act = join(root, 'activities/act.ts');
  expect(strangers([...bundle.modules, zod, act])).toEqual([zod, act]);
});

test('workflow code that reaches for Node is refused when it is bundled, and only then (control)', async () => {
  // Inside the checkout, where Temporal's package is found.
  mkdirSync(join(root, '.cache'), { recursive: true });
  const folder = mkdtempSync(join(root, '.cache/bundle-'));
  const bundled = (source: string): Promise<Bundle> => {
    const entry = join(folder, 'workflows.js');
    writeFileSync(entry, source);
    return bundleWorkflows({ entry, preload: [] });
  };
  try {
    const innocent = await bundled(`export default async () => 'vm';\n`);
    expect(innocent.workflows.code).toContain('vm');
    const reading = `import { readFileSync } from 'fs';\nexport default async () => readFileSync('/etc/hostname', 'utf8');\n`;
    await expect(bundled(reading)).rejects.toThrow(/disallowed modules:\s*- 'fs'/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
