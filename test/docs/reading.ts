/** The readers' documents, taken apart: code blocks, tables, links, command lines. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');

export const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'docs/architecture.md',
  'docs/playbooks.md',
  'docs/rehearsals.md',
  'docs/operations.md',
  'docs/policy.md',
  'docs/audit.md',
  'docs/approvals.md',
  'docs/devices.md',
  'docs/security.md',
  'docs/numbers.md',
  'docs/problems.md',
] as const;
export type DocumentName = (typeof DOCUMENTS)[number];

export function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

export interface Block {
  readonly file: DocumentName;
  readonly language: string;
  readonly text: string;
}

export function blocksOf(file: DocumentName, language: string): readonly Block[] {
  return [...read(file).matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .map(([, found = '', text = '']) => ({ file, language: found, text }))
    .filter((block) => block.language === language);
}

/** Without code blocks, so that nothing in an example is taken for a link or a heading. */
export function prose(file: DocumentName): string {
  return read(file).replaceAll(/^```[\s\S]*?^```$/gm, '');
}

/** What stands under a heading, up to the next one of the same or a higher level. Throws when it is not there. */
export function section(file: DocumentName, heading: string): string {
  const text = read(file);
  const at = text.indexOf(`\n${heading}\n`);
  if (at < 0) throw new Error(`${file} has no heading ${heading}`);
  const level = /^#+/.exec(heading)?.[0].length ?? 1;
  const body = text.slice(at + heading.length + 2);
  const end = body.search(new RegExp(`^#{1,${String(level)}} `, 'm'));
  return end < 0 ? body : body.slice(0, end);
}

/** Rows of the tables in a text, without their heads; cells as written. `first`: the head's first cell. */
export function rowsOf(text: string, first: string): readonly (readonly string[])[] {
  const tables = text.match(/(?:^\|.*\|\n?)+/gm) ?? [];
  return tables.flatMap((table) => {
    const [head, , ...rows] = table.trimEnd().split('\n').map(cellsOf);
    return head?.[0] === first ? rows : [];
  });
}

function cellsOf(row: string): readonly string[] {
  return row
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));
}

/** The pieces of code in a text: what stands between backticks. */
export function codeIn(text: string): readonly string[] {
  return [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
}

/** Code of each row's first cell. */
export function namesIn(text: string, first: string): readonly string[] {
  return rowsOf(text, first).flatMap(([cell = '']) => codeIn(cell));
}

/** The command lines of a document, as a reader would copy them. */
export function commandLines(file: DocumentName): readonly string[] {
  return blocksOf(file, 'sh').flatMap(({ text }) => text.split('\n').filter((line) => line.trim() !== ''));
}

/** A command line's words as a POSIX shell takes them apart, without expansion. */
export function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) =>
    word.replaceAll(/'([^']*)'|"([^"]*)"/g, (_, single?: string, double?: string) => single ?? double ?? ''),
  );
}

/** Anchors that a document offers, as forges make them of headings. */
export function anchorsOf(file: string): readonly string[] {
  return [...read(file).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
