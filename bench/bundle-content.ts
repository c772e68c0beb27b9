/** What travels into every run: our workflow code and five packages. Anything else is a stranger. */
import { fileURLToPath } from 'node:url';
import type { Bundle } from '../worker/bundle.ts';

/** The SDK's own, what it needs, and the evaluator of expressions. No parser, no schemas, no Node code. */
const EXPECTED = [
  '@marcbachmann/cel-js',
  '@temporalio/common',
  '@temporalio/workflow',
  'long',
  'ms',
  'nexus-rpc',
];

const OURS = fileURLToPath(new URL('../workflows/', import.meta.url));

export interface BundleContent {
  /** Packages, and files of ours from outside workflows/, that have no business in a bundle; sorted. */
  readonly strangers: readonly string[];
  readonly modules: number;
  /** Code without its source map, KiB. */
  readonly kib: number;
}

export function bundleContent({ modules, workflows }: Bundle): BundleContent {
  const strangers = modules.flatMap((module) => {
    const origin = originOf(module);
    return origin === null || EXPECTED.includes(origin) ? [] : [origin];
  });
  const code = workflows.code.replace(/\n\/\/# sourceMappingURL=data:[^\n]*/g, '');
  return {
    strangers: [...new Set(strangers)].sort(),
    modules: modules.length,
    kib: Math.round(Buffer.byteLength(code) / 1024),
  };
}

/** The package a module belongs to, or its path; null for our workflow code. */
function originOf(module: string): string | null {
  if (module.startsWith(OURS)) return null;
  const inside = module.split('/node_modules/').at(-1);
  if (inside === undefined || inside === module) return module;
  const [scope = '', name = ''] = inside.split('/');
  return scope.startsWith('@') ? `${scope}/${name}` : scope;
}
