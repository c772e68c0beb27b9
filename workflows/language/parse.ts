/** YAML text to `Playbook`, or to problems. Never throws, whatever the text; never runs inside a workflow. */
import { parseDocument, type TextDocument } from './document.ts';
import type { Playbook } from './playbook.ts';
import { inOrder, problem, type Path, type Position, type Problem } from './problem.ts';
import { toPlaybook } from './definition.ts';
import { checkNames } from './names.ts';
import { checkSchema } from './schema-check.ts';
import { readSource } from './source.ts';

export interface ParsedPlaybook {
  readonly kind: 'playbook';
  readonly playbook: Playbook;
  /** Where a value of the file stands, by its path; of what is missing, the nearest thing around it. */
  locate(path: Path): Position;
}

export type Parsed = ParsedPlaybook | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

/**
 * Bytes or text of one file; `file` is its name in messages. Each stage reports all it finds: characters,
 * then YAML, then shape. What a shape cannot show is the compiler's to find.
 */
export function parsePlaybook(source: string | Uint8Array, file: string): Parsed {
  const read = readSource(source, file);
  if (read.kind === 'problems') return refuse(read.problems);
  const parsed = parseDocument(read.text, file);
  if (parsed.kind === 'problems') return refuse(parsed.problems);
  const { document } = parsed;
  const notAPlaybook = checkRoot(document, file);
  if (notAPlaybook) return refuse([notAPlaybook]);
  const shaped = checkSchema(document, file);
  const faults = [...document.problems, ...checkNames(document, file)];
  // A value already found faulty reads as nothing, which the schema would report once more.
  const places = new Set(faults.map(placeOf));
  if (shaped.kind === 'problems') faults.push(...shaped.problems.filter((one) => !places.has(placeOf(one))));
  if (shaped.kind === 'problems' || faults.length > 0) return refuse(faults);
  return { kind: 'playbook', playbook: toPlaybook(shaped.shape), locate: document.locate };
}

function checkRoot(document: TextDocument, file: string): Problem | null {
  if (document.isEmpty)
    return problem('empty_playbook', 'The file holds nothing', { file, line: 1, column: 1 });
  const { value } = document;
  const at = { file, ...document.locate([]) };
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return null;
  const kind = Array.isArray(value) ? 'a list' : 'a single value';
  return problem('not_a_mapping', `The file holds ${kind}, not a playbook`, at);
}

function placeOf({ line, column }: Position): string {
  return `${line}:${column}`;
}

function refuse(problems: readonly Problem[]): Parsed {
  return { kind: 'problems', problems: inOrder(problems) };
}
