/** Files that a command writes where its user says; that it cannot is told, and is no fault of ours. */
import { codeOfError } from '../../activities/checkpoints/disk.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { complain, type Terminal } from '../terminal.ts';

/** `undo` takes away what was written so far: half of it must not pass for the whole. */
export async function writing(
  terminal: Terminal,
  path: string,
  work: () => Promise<ExitCode>,
  undo: () => void = () => {},
): Promise<ExitCode> {
  try {
    return await work();
  } catch (error) {
    if (!isOfFileSystem(error)) throw error;
    undo();
    return complain(
      terminal,
      [
        `file_unwritable: ${path} cannot be written (${codeOfError(error)}); name another place, or make room`,
      ],
      EXIT.failed,
    );
  }
}

function isOfFileSystem(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}
