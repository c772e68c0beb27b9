/** `cordon audit seal`: brings Temporal's own histories of closed runs into the record, before they are deleted. */
import type { Command } from 'commander';
import { ending, examples, withConfig } from '../../command.ts';
import { sealHistories } from '../../witness/histories.ts';

export function subcommand(audit: Command): void {
  const command = audit
    .command('seal')
    .description(
      'Compares the histories of closed runs with the record and seals them into it, as a worker does by itself. Exit code 1 when they disagree.',
    )
    .action(
      ending(async (terminal, _options: object, self: Command) =>
        withConfig(terminal, self, (config) => sealHistories(terminal, config)),
      ),
    );
  examples(command, 'audit seal');
}
