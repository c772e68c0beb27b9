import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';

const root = resolve(import.meta.dirname, '..');
const SOURCES = ['workflows', 'activities', 'worker', 'client', 'simulators', 'bench'];

function filesUnder(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
}

/** Lower ranks know nothing of higher ones. First match holds. */
const RANKS: readonly (readonly [pattern: RegExp, rank: number, name: string])[] = [
  [/^workflows\/(language|audit)\//, 0, 'language and audit'],
  [/^workflows\/walk\/(outcome|verdict|fact|terms)\.ts$/, 1, 'what can come of it'],
  [/^workflows\/(ports|exchange|words|activities)\.ts$/, 2, 'the border'],
  [/^workflows\/walk\//, 3, 'the walk'],
  [/^workflows\//, 4, 'the binding'],
  [/^activities\//, 4, 'the doing side'],
  [/^simulators\//, 5, 'simulators'],
  [/^worker\//, 6, 'the worker'],
  [/^client\//, 7, 'the client'],
  [/^bench\//, 8, 'benchmarks'],
];

function rankOf(file: string): readonly [number, string] {
  for (const [pattern, rank, name] of RANKS) if (pattern.test(file)) return [rank, name];
  throw new Error(`${file} has no rank`);
}

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

function importsOf(file: string, text: string): Import[] {
  const found: Import[] = [];
  const pattern = /(?:^|\n)\s*(?:import|export)\s+(type\s+)?[^'";]*?from\s+'([^']+)'|import\('([^']+)'\)/g;
  for (const match of text.matchAll(pattern)) {
    const specifier = match[2] ?? match[3] ?? '';
    const to = specifier.startsWith('.')
      ? relative(root, resolve(root, dirname(file), specifier))
      : specifier;
    found.push({ from: file, to, typeOnly: match[1] !== undefined });
  }
  return found;
}

/** Null when allowed; otherwise the sentence a developer needs. */
function objection({ from, to, typeOnly }: Import): string | null {
  if (!SOURCES.some((source) => to.startsWith(`${source}/`))) return null;
  const [fromRank, fromName] = rankOf(from);
  const [toRank, toName] = rankOf(to);
  const says = `${from} may not import ${to}: ${fromName} (${fromRank}) → ${toName} (${toRank})`;
  if (from.startsWith('activities/') && to.startsWith('workflows/')) {
    return toRank <= 1 || (toRank === 2 && typeOnly) ? null : says;
  }
  if (from.startsWith('workflows/') && !to.startsWith('workflows/')) return says;
  if (from.startsWith('worker/') && to.startsWith('simulators/')) return says;
  if (to === 'workflows/ports.ts' && !typeOnly) return says;
  // The walk's types may be named by the border and by the outcome files; values point down only.
  return toRank > fromRank && !typeOnly ? says : null;
}

const allImports = (): Import[] =>
  SOURCES.flatMap(filesUnder).flatMap((file) => importsOf(file, readFileSync(join(root, file), 'utf8')));

describe('the fences', () => {
  test('imports point to lower ranks only', () => {
    const imports = allImports();
    expect(imports.length).toBeGreaterThan(200);
    expect(imports.map(objection).filter((says) => says !== null)).toEqual([]);
  });

  test('the rank check objects to what it must (control)', () => {
    const bad = { from: 'workflows/walk/task.ts', to: 'activities/act.ts', typeOnly: false };
    expect(objection(bad)).toBe(
      'workflows/walk/task.ts may not import activities/act.ts: the walk (3) → the doing side (4)',
    );
    expect(
      objection({ from: 'worker/main.ts', to: 'simulators/simulator.ts', typeOnly: true }),
    ).not.toBeNull();
    expect(
      objection({ from: 'activities/act.ts', to: 'workflows/walk/task.ts', typeOnly: false }),
    ).not.toBeNull();
  });

  test('simulators are reached from the demo, the bench and tests only', () => {
    const reached = allImports().filter(
      ({ from, to }) => to.startsWith('simulators/') && !from.startsWith('simulators/'),
    );
    const from = new Set(reached.map((one) => one.from));
    expect([...from].filter((file) => !/^(client\/(playground|demo)\/|bench\/)/.test(file))).toEqual([]);
  });

  test('no file name hides what it holds', () => {
    const vague = /(^|\/)(utils?|helpers?|common|manager|service|base)(\.ts|\/)/;
    expect(SOURCES.flatMap(filesUnder).filter((file) => vague.test(file))).toEqual([]);
  });

  test('a file over 200 lines has its reason here, and the median stays near 80', () => {
    const lengths = SOURCES.flatMap(filesUnder).map(
      (file) => [file, readFileSync(join(root, file), 'utf8').split('\n').length - 1] as const,
    );
    const long = lengths.filter(([file, lines]) => lines > 200 && !(file in LONG_WITH_REASON));
    expect(long).toEqual([]);
    const sorted = lengths.map(([, lines]) => lines).sort((a, b) => a - b);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThanOrEqual(90);
  });
});

const LONG_WITH_REASON: { readonly [file: string]: string } = {};
