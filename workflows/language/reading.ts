/** The YAML tree to plain JSON, refusing what JSON cannot hold and what two readers would read differently. */
import { isAlias, isMap, isScalar, isSeq, type Pair, type Scalar, type YAMLMap } from 'yaml';
import type { Json } from './json.ts';
import { MOST_PROBLEMS, quoted, type Path, type Problem, type ProblemCode } from './problem.ts';
import { isUnsafeKey } from './reserved.ts';
import { badCharacter } from './source.ts';

/** A mapping's pairs by key; where a key stands twice, the first. */
export type Entries = ReadonlyMap<string, Pair>;

type MakeProblem = (code: ProblemCode, message: string, offset: number, path: Path) => Problem;

export interface Reading {
  read(node: unknown): Json;
  entries(map: YAMLMap): Entries;
  /** In the order found, at most 50. */
  problems(): readonly Problem[];
}

/** Recurses: `parseSyntax` has bounded the depth. */
export function createReading(makeProblem: MakeProblem): Reading {
  const problems: Problem[] = [];
  const path: (string | number)[] = [];
  const known = new WeakMap<YAMLMap, Map<string, Pair>>();
  const report = (code: ProblemCode, message: string, node: unknown): void => {
    if (problems.length < MOST_PROBLEMS) problems.push(makeProblem(code, message, startOf(node), path));
  };

  function read(node: unknown): Json {
    if (isScalar(node)) return readScalar(node, (code, message) => report(code, message, node));
    if (isMap(node)) return readMap(node);
    return isSeq(node) ? node.items.map((item, index) => inside(index, item)) : null;
  }

  function inside(step: string | number, node: unknown): Json {
    path.push(step);
    const value = read(node);
    path.pop();
    return value;
  }

  function readMap(map: YAMLMap): Json {
    const entries = new Map<string, Pair>();
    known.set(map, entries);
    const object: { [key: string]: Json } = {};
    for (const pair of map.items) {
      const key = readKey(pair.key);
      if (key === null) continue;
      const value = inside(key, pair.value);
      if (entries.has(key)) report('duplicate_key', `${quoted(key)} is written twice`, pair.key);
      else {
        entries.set(key, pair);
        object[key] = value;
      }
    }
    return object;
  }

  function readKey(key: unknown): string | null {
    if (!isScalar(key) || typeof key.value !== 'string') {
      const shown = isScalar(key) ? `The key ${quoted(key.source ?? '')}` : 'This key';
      report('complex_key', `${shown} is not text`, key);
      return null;
    }
    if (key.value === '<<' && key.type === 'PLAIN') {
      report('merge_key', 'Merging mappings with `<<` is not used in playbooks', key);
      return null;
    }
    if (isUnsafeKey(key.value)) {
      report('reserved_name', `${quoted(key.value)} may not be used as a key`, key);
      return null;
    }
    return readScalar(key, (code, message) => report(code, message, key)) === null ? null : key.value;
  }

  return { read, entries: (map) => known.get(map) ?? new Map(), problems: () => problems };
}

type ReportHere = (code: ProblemCode, message: string) => void;

/** After a report the value is null. */
function readScalar(scalar: Scalar, report: ReportHere): null | boolean | number | string {
  const { value, source = '' } = scalar;
  if (typeof value === 'string') {
    const bad = scalar.type === 'QUOTE_DOUBLE' ? badCharacter(value) : null;
    if (!bad) return value;
    report(bad.code, `The text holds ${bad.name}, written as an escape`);
    return null;
  }
  if (typeof value === 'number') return readNumber(value, source, report);
  return typeof value === 'boolean' ? value : null;
}

/** RFC 8259 section 6: the one way to write numbers that every reader takes alike. */
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function readNumber(value: number, source: string, report: ReportHere): number | null {
  if (!JSON_NUMBER.test(source)) {
    report('ambiguous_number', `${quoted(source)} can be read as different numbers, or as text`);
    return null;
  }
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) {
    report('number_out_of_range', `${quoted(source)} is beyond ±(2^53 - 1) and would lose digits`);
    return null;
  }
  // Minus zero has no canonical form.
  return value === 0 ? 0 : value;
}

function startOf(node: unknown): number {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? (node.range?.[0] ?? 0) : 0;
}
