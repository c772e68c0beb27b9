/** A playbook named by its id or its file, read and parsed. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, extname, join, sep } from 'node:path';
import { parsePlaybook, type ParsedPlaybook } from '../workflows/language/parse.ts';
import { formatProblem } from '../workflows/language/problem.ts';
import { didYouMean } from '../workflows/language/suggest.ts';

export type PlaybookFile =
  | { readonly kind: 'file'; readonly file: string; readonly source: Uint8Array }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

export type OpenedPlaybook =
  | { readonly kind: 'opened'; readonly file: string; readonly parsed: ParsedPlaybook }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

/** A name with a path or a YAML ending is a file; any other is an id, looked for in the playbooks folder. */
export async function openPlaybook(name: string, folder: string): Promise<OpenedPlaybook> {
  const read = await readPlaybookFile(isFile(name) ? name : join(folder, `${name}.yaml`));
  if (read.kind === 'problems') return isFile(name) ? read : unknownId(name, folder);
  const parsed = parsePlaybook(read.source, read.file);
  if (parsed.kind === 'problems') return { kind: 'problems', problems: parsed.problems.map(formatProblem) };
  return { kind: 'opened', file: read.file, parsed };
}

export async function readPlaybookFile(file: string): Promise<PlaybookFile> {
  try {
    return { kind: 'file', file, source: await readFile(file) };
  } catch (error) {
    const code =
      typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown error';
    return { kind: 'problems', problems: [`${file} cannot be read (${code}); check the path`] };
  }
}

function isFile(name: string): boolean {
  return name.includes(sep) || name.includes('/') || ['.yaml', '.yml'].includes(extname(name));
}

async function unknownId(id: string, folder: string): Promise<OpenedPlaybook> {
  const files = await readdir(folder).catch(() => []);
  const ids = files.filter((file) => extname(file) === '.yaml').map((file) => basename(file, '.yaml'));
  const remedy =
    ids.length === 0
      ? 'There are none; set `playbooks` in cordon.yaml, or name a file.'
      : didYouMean(id, ids, 'playbooks');
  return { kind: 'problems', problems: [`there is no playbook ${id} in ${folder}. ${remedy}`] };
}
