/** The passphrase of a key file: from the environment for scripts, else from whoever sits at the terminal. */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

export const PASSPHRASE_VARIABLE = 'CORDON_KEY_PASSPHRASE';

/** Null where there is nobody to ask. What is typed is not shown. */
export async function passphraseFor(what: string): Promise<string | null> {
  const given = process.env[PASSPHRASE_VARIABLE];
  if (given !== undefined && given !== '') return given;
  if (!process.stdin.isTTY) return null;
  process.stderr.write(what);
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const asking = createInterface({ input: process.stdin, output: unseen, terminal: true });
  try {
    return await new Promise<string>((resolve) => asking.question('', resolve));
  } finally {
    asking.close();
    process.stderr.write('\n');
  }
}
