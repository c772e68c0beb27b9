/** Asks whoever sits at the terminal. Anything but a clear yes is a no. */
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import type { Terminal } from '../terminal.ts';

export async function askPerson(terminal: Terminal, task: string): Promise<'approve' | 'reject'> {
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  // Raw mode turns Ctrl-C into a letter.
  asking.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const ended = once(asking, 'close').then(() => '');
  try {
    // Where the input ends, nobody says yes.
    const asked = asking.question(`${terminal.err.colours.bold(`approve ${task}?`)} [y/N] `).catch(() => '');
    const answer = await Promise.race([asked, ended]);
    return /^y(es)?$/i.test(answer.trim()) ? 'approve' : 'reject';
  } finally {
    asking.close();
  }
}
