/**
 * An export: a folder that can be carried away and checked anywhere. Entries are in it as they are stored and hashed, one
 * on each line; canonical JSON has no line breaks of its own.
 */
export const EXPORT_FILES = {
  entries: 'entries.jsonl',
  head: 'head.json',
  checkpoints: 'checkpoints',
  policy: 'policy',
  values: 'values.jsonl',
  details: 'details.jsonl',
} as const;

/** One line of `values.jsonl`; without salt and value where it was erased. Canonical JSON. */
export interface ValueLine {
  readonly index: number;
  readonly path: string;
  readonly salt?: string;
  readonly value?: string;
}

/** One line of `details.jsonl`: details that were too big for their entry. */
export interface DetailsLine {
  readonly sha256: string;
  readonly text: string;
}
