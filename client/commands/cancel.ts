/** Stops a run. */
import type { Command } from 'commander';
import { ending, examples } from '../command.ts';
import { withTemporal } from '../connection.ts';
import { EXIT } from '../exit.ts';
import { complain } from '../terminal.ts';
import { invocation } from '../self.ts';

export function command(program: Command): void {
  const cancel = program
    .command('cancel')
    .description(
      'Asks a run to stop. Calls under way are ended first, nothing further begins, and what was done stays done.',
    )
    .argument('<run>', 'workflow id, as `cordon list` shows it')
    .action(
      ending(async (terminal, run: string) =>
        withTemporal(terminal, async ({ client }) => {
          const handle = client.workflow.getHandle(run);
          const { status } = await handle.describe();
          if (status.name !== 'RUNNING')
            return complain(
              terminal,
              [`the run is over already (${status.name.toLowerCase()})`],
              EXIT.notDone,
            );
          await handle.cancel();
          terminal.err.write(`asked to stop; \`${invocation('follow', run)}\` shows when it has\n`);
          return EXIT.done;
        }),
      ),
    );
  examples(cancel, 'cancel cordon-email_takeover_v1-CASE-7');
}
