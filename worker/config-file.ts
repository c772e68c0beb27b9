/** The text of cordon.yaml: its values, and where each of them stands. */
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document } from 'yaml';

export type ConfigPath = readonly PropertyKey[];

export interface Place {
  readonly line: number;
  readonly column: number;
}

export type ConfigText =
  | {
      readonly kind: 'text';
      readonly value: unknown;
      /** Where the value at this path stands, or else the nearest one around it. */
      readonly locate: (path: ConfigPath) => Place | null;
    }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

/** Problems name the YAML parser's code and the place, never the text: it may be a secret. */
export function readConfigText(text: string, file: string): ConfigText {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const problems = [...document.errors, ...document.warnings].map(({ code, pos }) => {
    const { line, column } = place(pos[0]);
    return `${file}:${line}:${column} is not valid YAML (${code}); correct it at this place`;
  });
  if (problems.length > 0) return { kind: 'problems', problems };
  const locate = (path: ConfigPath): Place | null => {
    const offset = offsetOf(document, path);
    return offset === null ? null : place(offset);
  };
  try {
    return { kind: 'text', value: withoutEmpty(document.toJS()) ?? {}, locate };
  } catch {
    return {
      kind: 'problems',
      problems: [`${file} cannot be read: write values out instead of YAML aliases`],
    };
  }
}

/** A setting with nothing after its colon counts as not given, as when all below it is commented out. */
function withoutEmpty(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const given = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(given.map(([key, inner]) => [key, withoutEmpty(inner)]));
}

function offsetOf(document: Document, path: ConfigPath): number | null {
  let node: unknown = document.contents;
  let offset: number | null = null;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === step);
      if (pair === undefined) return offset;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = typeof step === 'number' ? node.items[step] : undefined;
      offset = startOf(node) ?? offset;
    } else return offset;
  }
  return offset;
}

function startOf(node: unknown): number | null {
  return isScalar(node) || isMap(node) || isSeq(node) ? (node.range?.[0] ?? null) : null;
}
