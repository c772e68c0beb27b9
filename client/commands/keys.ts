/** An approver's own key: made on their machine, never sent anywhere. */
import type { Command } from 'commander';
import { ending, examples } from '../command.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { writeNewKey, type OpenedKey } from '../keys/key-file.ts';
import { PASSPHRASE_VARIABLE, passphraseFor } from '../keys/passphrase.ts';
import { unlockKey } from '../keys/unlock.ts';
import { complain, type Terminal } from '../terminal.ts';

interface Options {
  readonly passphrase?: boolean;
}

export function command(program: Command): void {
  const keys = program
    .command('keys')
    .description("An approver's own key: the private half never leaves its file.");
  const make = keys
    .command('new')
    .description('Makes an Ed25519 key in a file of its own, and prints the line for the roster.')
    .argument('<file>', 'where the private key goes; must not exist yet')
    .option('--passphrase', `encrypt it (asked for, or from ${PASSPHRASE_VARIABLE})`)
    .action(ending((terminal, file: string, options: Options) => newKey(terminal, file, options)));
  examples(make, 'keys new ~/.cordon-approver.pem', 'keys new ~/.cordon-approver.pem --passphrase');
  const show = keys
    .command('show')
    .description('Prints the line for the roster of a key that exists.')
    .argument('<file>', 'private key file')
    .action(ending((terminal, file: string) => showKey(terminal, file)));
  examples(show, 'keys show ~/.cordon-approver.pem');
}

async function newKey(terminal: Terminal, file: string, { passphrase }: Options): Promise<ExitCode> {
  const secret = passphrase === true ? await passphraseFor('passphrase for the new key: ') : null;
  if (passphrase === true && (secret === null || secret === ''))
    return complain(terminal, [`--passphrase: nothing was typed; set ${PASSPHRASE_VARIABLE} in scripts`]);
  return told(terminal, writeNewKey(file, secret), file);
}

async function showKey(terminal: Terminal, file: string): Promise<ExitCode> {
  return told(terminal, await unlockKey(file), file);
}

function told({ out, err }: Terminal, opened: OpenedKey, file: string): ExitCode {
  switch (opened.kind) {
    case 'key':
      err.write('add this under `keys` of the person in the roster:\n');
      out.write(`- { key: "${opened.key.publicKey}" } # ${opened.key.id}\n`);
      return EXIT.done;
    case 'locked':
      return complain({ out, err }, [
        `${file} is encrypted; set ${PASSPHRASE_VARIABLE}, or type its passphrase`,
      ]);
    case 'problem':
      return complain({ out, err }, [opened.problem]);
    default:
      return opened satisfies never;
  }
}
