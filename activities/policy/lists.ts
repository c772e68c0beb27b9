/** The YAML files of a policy set: which assets there are, and what guards them. */
import { parse as parseYaml } from 'yaml';
import type { z } from 'zod';
import { assetList } from './asset-list.ts';
import { createAssetDirectory, type AssetDirectory } from './assets.ts';
import { guardList, NO_GUARDS, type GuardList } from './guard-list.ts';
import { problem, type Problems, type SetFile } from './set-files.ts';

export type ReadLists =
  { readonly kind: 'lists'; readonly directory: AssetDirectory; readonly guards: GuardList } | Problems;

/** All problems of both files at once. */
export function readLists(files: readonly SetFile[]): ReadLists {
  const assets = readAssets(files.find(({ file }) => file === 'assets.yaml'));
  const guards = readGuards(files.find(({ file }) => file === 'guards.yaml'));
  if (assets.kind === 'directory' && guards.kind === 'value')
    return { kind: 'lists', directory: assets.directory, guards: guards.value };
  return {
    kind: 'problems',
    problems: [assets, guards].flatMap((one) => (one.kind === 'problems' ? one.problems : [])),
  };
}

function readAssets(file: SetFile | undefined): ReturnType<typeof createAssetDirectory> {
  if (file === undefined) return problem('assets.yaml is missing: without it every target is unknown');
  const list = readYaml(file, assetList);
  if (list.kind === 'problems') return list;
  const opened = createAssetDirectory(list.value);
  if (opened.kind === 'directory') return opened;
  return { kind: 'problems', problems: opened.problems.map((text) => `assets.yaml: ${text}`) };
}

function readGuards(file: SetFile | undefined): Read<GuardList> {
  return file === undefined ? { kind: 'value', value: NO_GUARDS } : readYaml(file, guardList);
}

export type Read<T> = { readonly kind: 'value'; readonly value: T } | Problems;

const MOST_PROBLEMS = 50;

/** Problems name the place, never the value. */
export function readYaml<S extends z.ZodType>({ file, text }: SetFile, schema: S): Read<z.output<S>> {
  let parsed: unknown;
  try {
    parsed = parseYaml(text, { maxAliasCount: 0, prettyErrors: false });
  } catch {
    return problem(`${file} is not readable YAML; aliases and duplicate keys are not allowed`);
  }
  const read = schema.safeParse(parsed);
  if (read.success) return { kind: 'value', value: read.data };
  return {
    kind: 'problems',
    problems: read.error.issues
      .slice(0, MOST_PROBLEMS)
      .map(({ path, message }) => `${file} at ${path.join('.') || 'its top'}: ${message}`),
  };
}
