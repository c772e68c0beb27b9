/** `cordon audit restore`: says that the log goes on from a copy, so that the loss is on record. */
import type { Command } from 'commander';
import { declareRestore, type Restored } from '../../../activities/checkpoints/restore.ts';
import { StoreError } from '../../../activities/stores/ledger.ts';
import type { Config } from '../../../worker/config.ts';
import { openOwnStore } from '../../../worker/store.ts';
import { ending, examples, withConfig } from '../../command.ts';
import { EXIT, type ExitCode } from '../../exit.ts';
import { complain, type Terminal } from '../../terminal.ts';

interface Options {
  readonly as: string;
  readonly reason: string;
}

export function subcommand(audit: Command): void {
  const command = audit
    .command('restore')
    .description(
      'Declares that the database was restored from a copy that lacks published entries. The log goes on under another name and with new keys, and its next entry says so. Stop all workers first.',
    )
    .requiredOption('--as <person>', 'who declares it')
    .requiredOption('--reason <text>', 'why; it is recorded')
    .action(
      ending(async (terminal, options: Options, self: Command) =>
        withConfig(terminal, self, async (config) => restore(terminal, config, options)),
      ),
    );
  examples(command, 'audit restore --as ops@example.org --reason "disk failure, backup of 3 May"');
}

async function restore(terminal: Terminal, config: Config, { as: by, reason }: Options): Promise<ExitCode> {
  const { keys, witnessFile } = config.record;
  if (keys === null)
    return complain(terminal, ['record.keys is off here; run this where the record is signed']);
  if (witnessFile === null)
    return complain(terminal, [
      'record.witness_file is off, so nothing says what was published; there is nothing to declare',
    ]);
  try {
    const ledger = await openOwnStore(config);
    try {
      return told(terminal, await declareRestore({ ledger, keys, witnessFile, by, reason, now: Date.now() }));
    } finally {
      await ledger.close();
    }
  } catch (error) {
    if (error instanceof StoreError)
      return complain(terminal, [`${error.code}: ${error.message}`], EXIT.failed);
    throw error;
  }
}

function told(terminal: Terminal, restored: Restored): ExitCode {
  if (restored.kind === 'problem') return complain(terminal, [restored.problem], EXIT.failed);
  const { log, former, published, kept } = restored;
  const lost = Math.max(0, published - kept);
  terminal.out.write(
    `the log goes on as ${log}; ${former} was published with ${published} entries, of which the copy lacks ${lost === 0 ? 'none, or has others' : lost}\n` +
      'a worker prints its new key when it starts; give that to witnesses and to whoever checks the record\n',
  );
  return EXIT.done;
}
