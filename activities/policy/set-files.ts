/** A policy set as files: read from its folder, named by one digest, kept as one document. */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

export interface SetFile {
  readonly file: string;
  readonly text: string;
}

export type Problems = { readonly kind: 'problems'; readonly problems: readonly string[] };
export type ReadFolder = { readonly kind: 'files'; readonly files: readonly SetFile[] } | Problems;

const LARGEST_FILE = 1024 * 1024;

/** Every file of the folder, subfolders and hidden files left out. */
export async function readFolder(folder: string): Promise<ReadFolder> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const names = entries
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
      .map((entry) => entry.name);
    const files: SetFile[] = [];
    for (const file of names.sort()) {
      const path = join(folder, file);
      if ((await stat(path)).size > LARGEST_FILE) return problem(`${path} is larger than 1 MiB; split it`);
      files.push({ file, text: await readFile(path, 'utf8') });
    }
    return { kind: 'files', files };
  } catch (error) {
    return problem(`policies cannot be read from ${folder} (${codeOf(error)}); check that the folder exists`);
  }
}

/** The set as one text, a line per file. Tests count too; names are written with the texts, so no two sets collide. */
export function sourceOf(files: readonly SetFile[]): string {
  return files.map(({ file, text }) => `${JSON.stringify([file, text])}\n`).join('');
}

export function digestOf(source: string): string {
  return createHash('sha256').update(source).digest('hex');
}

const line = z.tuple([z.string(), z.string()]);

/** Null for what `sourceOf` did not write. */
export function filesFrom(source: string): readonly SetFile[] | null {
  try {
    return source
      .split('\n')
      .slice(0, -1)
      .map((text) => line.parse(JSON.parse(text)))
      .map(([file, text]) => ({ file, text }));
  } catch {
    return null;
  }
}

export function problem(text: string): Problems {
  return { kind: 'problems', problems: [text] };
}

/** Of a failed system call. Told by the property: an error may come from another realm than ours. */
export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error
    ? String(error.code)
    : 'unknown error';
}
