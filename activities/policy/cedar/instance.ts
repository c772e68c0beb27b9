/**
 * Instances of the Cedar module, each with memory of its own. The package offers one instance per process;
 * text nested deeply enough overflows its stack, and every later call on that instance then fails. So the
 * package's own file is evaluated once per instance: a poisoned one is thrown away for a fresh one (about 10 ms).
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { compileFunction } from 'node:vm';
import type * as CedarModule from '@cedar-policy/cedar-wasm/nodejs';

export type Cedar = typeof CedarModule;

const requireHere = createRequire(import.meta.url);

/** Throws when the package is missing or damaged, which is an installation fault. */
export function createInstance(): Cedar {
  const path = requireHere.resolve('@cedar-policy/cedar-wasm/nodejs');
  const evaluate = compileFunction(
    readFileSync(path, 'utf8'),
    ['exports', 'require', 'module', '__filename', '__dirname'],
    { filename: path },
  );
  const module = { exports: {} };
  evaluate(module.exports, createRequire(path), module, path, dirname(path));
  return module.exports as Cedar;
}
