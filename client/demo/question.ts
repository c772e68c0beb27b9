/** Asks whoever sits at the terminal. Anything but a clear yes is a no. */
import { createInterface } from 'node:readline/promises';
import type { Terminal } from '../terminal.ts';

export async function askPerson(terminal: Terminal, task: string): Promise<'approve' | 'reject'> {
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await asking.question(`${terminal.err.colours.bold(`approve ${task}?`)} [y/N] `);
    return /^y(es)?$/i.test(answer.trim()) ? 'approve' : 'reject';
  } finally {
    asking.close();
  }
}
