/** Writes an export of a log, or what is left of one: it copies and does not judge. */
import { mkdir, open, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { canonical } from '../../workflows/audit/canonical.ts';
import { nodeCodec } from '../stores/codec.ts';
import { SourceError, type RecordSource } from '../verify/source.ts';
import { EXPORT_FILES, type ValueLine } from './files.ts';

export interface ExportOptions {
  /** A C2SP policy with the keys to trust, for whoever checks; null when there is none yet. */
  readonly policy: string | null;
  /** Also personal values with their salts: for those who may see them. */
  readonly withValues: boolean;
  readonly onProgress: (entries: number) => void;
}

export interface Exported {
  readonly entries: number;
  readonly files: readonly string[];
}

const NEWLINE = 0x0a;

/** The folder MUST be new or empty. Throws a `SourceError` when it is not. */
export async function writeExport(
  source: RecordSource,
  folder: string,
  options: ExportOptions,
): Promise<Exported> {
  await makeFolder(folder);
  const files: string[] = [];
  const write = async (name: string, text: string): Promise<void> => {
    await writeFile(join(folder, name), text, { flag: 'wx', mode: 0o600 });
    files.push(name);
  };
  const stream = async (name: string, fill: (file: FileHandle) => Promise<void>): Promise<void> => {
    const file = await open(join(folder, name), 'wx', 0o600);
    try {
      await fill(file);
      await file.sync();
    } finally {
      await file.close();
    }
    files.push(name);
  };

  let entries = 0;
  await stream(EXPORT_FILES.entries, async (file) => {
    for await (const batch of source.entries()) {
      if ('kind' in batch)
        throw new SourceError('source_unreadable', `${source.name} holds a line that is no entry`);
      const { bytes, spans } = batch;
      for (let at = 0; at < spans.length; at += 2) {
        // The byte before an entry is free, and so is the one after the last: each line's end is the next one's start.
        if (at > 0) bytes[(spans[at] ?? 0) - 1] = NEWLINE;
      }
      await file.write(bytes, spans[0] ?? 0, (spans.at(-1) ?? 0) - (spans[0] ?? 0));
      await file.write('\n');
      entries += spans.length / 2;
      options.onProgress(entries);
    }
  });
  const head = await source.head();
  if (head !== null) await write(EXPORT_FILES.head, `${canonical({ ...head })}\n`);
  await write(EXPORT_FILES.checkpoints, (await source.checkpoints()).join(''));
  if (options.policy !== null) await write(EXPORT_FILES.policy, options.policy);
  const values = options.withValues ? source.values() : null;
  if (values !== null)
    await stream(EXPORT_FILES.values, async (file) => {
      for await (const { index, path, value } of values) {
        const line: ValueLine =
          value === null
            ? { index, path }
            : { index, path, salt: nodeCodec.base64(value.salt), value: value.text };
        await file.write(`${canonical({ ...line })}\n`);
      }
    });
  if (options.withValues)
    await stream(EXPORT_FILES.details, async (file) => {
      for await (const { sha256, text } of source.allDetails())
        await file.write(`${canonical({ sha256, text })}\n`);
    });
  return { entries, files };
}

async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
}
