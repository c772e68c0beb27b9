/** `cordon audit rotate-key`: asks for a new signing key. The worker that signs makes the change. */
import type { Command } from 'commander';
import { askForRotation } from '../../../activities/checkpoints/keyring.ts';
import { ending, examples, withConfig } from '../../command.ts';
import { EXIT } from '../../exit.ts';
import { complain } from '../../terminal.ts';

export function subcommand(audit: Command): void {
  const command = audit
    .command('rotate-key')
    .description(
      'Asks for a new key for the record. The running worker, or the next one, states the change in the log, signed by both keys; for the next 256 entries both sign, then the old private key is destroyed.',
    )
    .action(
      ending(async (terminal, _options: object, self: Command) =>
        withConfig(terminal, self, async ({ record }) => {
          const problem = await askForRotation(record.keys);
          if (problem !== null) return complain(terminal, [problem], EXIT.failed);
          terminal.out.write('a new key is made; the worker changes to it, and prints it when it starts\n');
          return EXIT.done;
        }),
      ),
    );
  examples(command, 'audit rotate-key');
}
