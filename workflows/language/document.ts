/** YAML text as plain JSON that remembers where everything stood. Nothing in it is guessed or dropped. */
import { Composer, isMap, isScalar, isSeq, type CST, type Document, type YAMLMap } from 'yaml';
import type { Json } from './json.ts';
import { createLines } from './lines.ts';
import { MOST_PROBLEMS, problem, type Path, type Position, type Problem } from './problem.ts';
import { createReading, type Entries } from './reading.ts';
import { parseSyntax } from './syntax.ts';

export interface TextDocument {
  readonly value: Json;
  /** Faults of single values: the rest of `value` can still be judged. */
  readonly problems: readonly Problem[];
  readonly isEmpty: boolean;
  /** Where a value stands; of a block its key; of what is missing, the nearest thing around it. */
  locate(path: Path): Position;
  locateKey(path: Path): Position;
  /** A plain value as it is written, for instance `1.10`; null for anything else. */
  written(path: Path): string | null;
}

export type ParsedDocument =
  | { readonly kind: 'document'; readonly document: TextDocument }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

/** `text` has passed `readSource`. Time is bounded for every such text. */
export function parseDocument(text: string, file: string): ParsedDocument {
  const syntax = parseSyntax(text, file);
  if (syntax.kind === 'problems') return syntax;
  const position = createLines(text);
  const document = compose(syntax.tokens, text.length);
  const faults = [...document.errors, ...document.warnings].slice(0, MOST_PROBLEMS);
  if (faults.length > 0) {
    const at = (offset: number) => ({ file, ...position(offset) });
    return {
      kind: 'problems',
      problems: faults.map(({ code, message, pos }) => syntaxProblem(code, message, at(pos[0]))),
    };
  }
  const reading = createReading((code, message, offset, path) =>
    problem(code, message, { file, ...position(offset) }, { path }),
  );
  const value = reading.read(document.contents);
  const find = createFind(document.contents, reading.entries);
  return {
    kind: 'document',
    document: {
      value,
      problems: reading.problems(),
      isEmpty: isNothing(document.contents),
      locate: (path) => position(find(path).offset),
      locateKey: (path) => position(find(path).keyOffset),
      written: (path) => find(path).written,
    },
  };
}

/**
 * Keys are compared by `reading.ts`: the parser's own comparison takes minutes for 80,000 keys. Plain words
 * mean what YAML 1.2 says, so `no` is text.
 */
function compose(tokens: readonly CST.Token[], length: number): Document.Parsed {
  const composer = new Composer({ version: '1.2', uniqueKeys: false, merge: false, prettyErrors: false });
  for (const document of composer.compose(tokens, true, length)) return document;
  throw new Error('the YAML composer made no document although it was told to');
}

function syntaxProblem(code: string, message: string, at: Position & { readonly file: string }): Problem {
  if (code === 'TAB_AS_INDENT') return problem('tab', 'A tab is used as indentation', at);
  return problem('syntax', message.split('\n')[0] ?? message, at);
}

interface Found {
  readonly offset: number;
  readonly keyOffset: number;
  readonly written: string | null;
}

function createFind(root: unknown, entries: (map: YAMLMap) => Entries): (path: Path) => Found {
  return (path) => {
    let node: unknown = root;
    let key: unknown = null;
    for (const step of path) {
      if (isMap(node)) {
        const pair = entries(node).get(String(step));
        if (!pair) return { ...place(node, key), written: null };
        ({ key, value: node } = pair);
      } else if (isSeq(node)) {
        if (typeof step !== 'number' || step >= node.items.length)
          return { ...place(node, key), written: null };
        [key, node] = [null, node.items[step]];
      } else break;
    }
    return {
      ...place(node, key),
      written: isScalar(node) && node.type === 'PLAIN' ? (node.source ?? null) : null,
    };
  };
}

function place(node: unknown, key: unknown): Pick<Found, 'offset' | 'keyOffset'> {
  const start = isScalar(node) || isMap(node) || isSeq(node) ? node.range?.[0] : undefined;
  const keyOffset = (isScalar(key) ? key.range?.[0] : start) ?? start ?? 0;
  const isBlock = (isMap(node) || isSeq(node)) && node.flow !== true;
  return { offset: isBlock || isNothing(node) ? keyOffset : (start ?? keyOffset), keyOffset };
}

/** Nothing was written where a value could stand. */
function isNothing(node: unknown): boolean {
  return node === null || (isScalar(node) && node.source === '');
}
