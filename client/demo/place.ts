/** Where everything of a demo lies, and what takes it down again however the demo ends, short of being killed outright. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Stream } from '../terminal.ts';
import { endWhenInterrupted } from './interruption.ts';

export interface Place {
  readonly folder: string;
  /** Called before the folder is removed. */
  before(close: () => void): void;
  /** From here on an interruption is whose business it likes. */
  told(): void;
  clear(): void;
}

export function openPlace(err: Stream): Place {
  const folder = mkdtempSync(join(tmpdir(), 'cordon-demo-'));
  const closes: (() => void)[] = [];
  const remove = (): void => {
    for (const close of closes.splice(0)) close();
    rmSync(folder, { recursive: true, force: true });
  };
  const told = endWhenInterrupted(() => {
    remove();
    err.write('\ninterrupted; nothing of it is left running\n');
  });
  // Also where whoever reads what we say goes away.
  process.once('exit', remove);
  return {
    folder,
    before: (close) => void closes.push(close),
    told,
    clear() {
      told();
      process.off('exit', remove);
      remove();
    },
  };
}
