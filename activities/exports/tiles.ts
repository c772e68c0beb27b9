/** The log as static files that any C2SP tool reads (tlog-tiles), up to its newest checkpoint. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createTiler, type TileFile } from '../../workflows/audit/tiles.ts';
import { nodeCodec } from '../stores/codec.ts';
import type { RecordSource } from '../verify/source.ts';
import { eachEntry } from './each-entry.ts';
import { newestNote } from './prove.ts';

export interface TilesWritten {
  readonly entries: number;
  readonly files: number;
}

/** Null when no checkpoint was signed yet: tiles without one say nothing. */
export async function writeTiles(source: RecordSource, folder: string): Promise<TilesWritten | null> {
  const newest = newestNote(await source.checkpoints());
  if (newest === null) return null;
  const tiler = createTiler(nodeCodec.sha256);
  let files = 0;
  const write = async (made: readonly TileFile[]): Promise<void> => {
    for (const { path, bytes } of made) {
      const file = join(folder, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, bytes, { flag: 'wx' });
      files += 1;
    }
  };
  await mkdir(folder, { recursive: true });
  await eachEntry(source, async (bytes, index) => {
    // The batch that holds the bytes may be gone before their tile is written.
    await write(tiler.add(Uint8Array.from(bytes)));
    return index + 1 < newest.size;
  });
  await write(tiler.end());
  await writeFile(join(folder, 'checkpoint'), newest.note, { flag: 'wx' });
  return { entries: newest.size, files: files + 1 };
}
