/** `cordon audit keys`: which keys sign the record, as a policy for whoever checks it, and a new one. */
import type { Command } from 'commander';
import { askForRotation } from '../../../activities/checkpoints/ask-rotation.ts';
import { readKeyring, type KeyringFile } from '../../../activities/checkpoints/keyring-file.ts';
import { policyText } from '../../audit/policy-text.ts';
import { ending, examples, withConfig } from '../../command.ts';
import { EXIT, type ExitCode } from '../../exit.ts';
import { table } from '../../render/table.ts';
import { oneLine } from '../../render/text.ts';
import { complain, printJson, type Terminal } from '../../terminal.ts';

interface Options {
  readonly policy?: boolean;
  readonly rotate?: boolean;
  readonly json?: boolean;
}

export function subcommand(audit: Command): void {
  const command = audit
    .command('keys')
    .description('The public keys that the record is signed with, and the sizes each is good for.')
    .option(
      '--policy',
      'print them as a policy file (C2SP tlog-policy), to be given to whoever checks the record',
    )
    .option(
      '--rotate',
      'ask for a new key: the worker that signs states the change in the log, signed by both; for the next 256 entries both sign, then the old private key is destroyed',
    )
    .option('--json', 'print them as JSON')
    .action(
      ending(async (terminal, options: Options, self: Command) =>
        withConfig(terminal, self, async ({ record }) =>
          record.keys === null
            ? complain(terminal, ['keys_elsewhere: record.keys is off here; ask where the record is signed'])
            : options.rotate === true
              ? rotate(terminal, record.keys)
              : show(terminal, record.keys, options),
        ),
      ),
    );
  examples(command, 'audit keys', 'audit keys --policy > auditor.policy', 'audit keys --rotate');
}

async function rotate(terminal: Terminal, path: string): Promise<ExitCode> {
  const problem = await askForRotation(path);
  if (problem !== null) return complain(terminal, [problem], EXIT.failed);
  terminal.out.write(
    'a new key is made; the worker that signs changes to it\n' +
      'give its policy to whoever checks the record: cordon audit keys --policy\n',
  );
  return EXIT.done;
}

async function show(terminal: Terminal, path: string, options: Options): Promise<ExitCode> {
  const reading = await readKeyring(path);
  if (reading.kind === 'absent')
    return complain(
      terminal,
      [`keys_missing: there is no file ${path}; a worker makes it when it first starts`],
      EXIT.failed,
    );
  if (reading.kind === 'problem')
    return complain(terminal, [`keys_unreadable: ${reading.problem}`], EXIT.failed);
  const { file } = reading;
  if (options.policy === true) terminal.out.write(policyText(file));
  else if (options.json === true)
    printJson(terminal, { log: file.log, keys: file.keys.map(({ vkey, from, to }) => ({ vkey, from, to })) });
  else terminal.out.write(tableOf(file, terminal));
  return EXIT.done;
}

function tableOf({ log, keys, next }: KeyringFile, { out }: Terminal): string {
  const rows = keys.map(({ vkey, from, to }) => [`${from} to ${to ?? 'now'}`, oneLine(vkey)]);
  return [
    `${oneLine(log)}\n`,
    table([{ title: 'entries' }, { title: 'key', rest: true }], rows, out),
    next === null ? '' : 'another key was asked for; the next worker that signs changes to it\n',
  ].join('');
}
