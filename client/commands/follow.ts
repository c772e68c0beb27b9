/** Watches a run until it ends. */
import type { Command } from 'commander';
import { ending, examples } from '../command.ts';
import { withTemporal } from '../connection.ts';
import { followRun } from '../runs/follow.ts';

export function command(program: Command): void {
  const follow = program
    .command('follow')
    .description(
      'Watches a run until it ends. The exit code says how: 0 completed, 1 failed, 3 not all was done.',
    )
    .argument('<run>', 'workflow id, as `cordon list` shows it')
    .option('--json', 'print the report as JSON at the end')
    .action(
      ending(async (terminal, run: string, options: { readonly json?: boolean }) =>
        withTemporal(terminal, ({ client }) =>
          followRun({ client, terminal, workflowId: run, json: options.json === true }),
        ),
      ),
    );
  examples(follow, 'follow cordon-email_takeover_v1-CASE-7');
}
