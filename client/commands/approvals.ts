/** What waits for a person, with all that must be read before answering. */
import type { Command } from 'commander';
import type { Client } from '@temporalio/client';
import type { Config } from '../../worker/config.ts';
import { ending, examples, withConfig } from '../command.ts';
import { withTemporal } from '../connection.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { renderOpenItem } from '../render/card.ts';
import { oneLine } from '../render/text.ts';
import { listRuns } from '../runs/list.ts';
import { openItems, type Inbox } from '../runs/inbox.ts';
import { printJson, type Terminal } from '../terminal.ts';

/** Each run is asked; more of them at once than anybody answers in a day. */
const MOST_RUNS = 500;

export function command(program: Command): void {
  const approvals = program
    .command('approvals')
    .description(
      'What waits for a person: approvals with their cards, last steps to confirm, calls to settle.',
    )
    .argument('[run]', 'only this run; otherwise all that have not ended')
    .option('--json', 'print everything as JSON')
    .action(
      ending(async (terminal, run: string | undefined, options: { readonly json?: boolean }, self: Command) =>
        withConfig(terminal, self, async (config) =>
          withTemporal(terminal, async ({ client }) => {
            const inbox = await openItems(client, run === undefined ? await openRuns(client, config) : [run]);
            return tell(terminal, inbox, options.json === true);
          }),
        ),
      ),
    );
  examples(approvals, 'approvals', 'approvals cordon-email_takeover_v1-CASE-7 --json');
}

async function openRuns(client: Client, { taskQueue }: Config): Promise<readonly string[]> {
  const { rows } = await listRuns(client, { taskQueue, open: true, limit: MOST_RUNS });
  return rows.map((row) => row.workflow_id);
}

function tell(terminal: Terminal, { items, silent }: Inbox, json: boolean): ExitCode {
  const { out, err } = terminal;
  if (json)
    printJson(terminal, {
      items: items.map(({ workflowId, item }) => ({ workflow_id: workflowId, ...item })),
    });
  else if (items.length === 0) err.write('nothing waits for a person\n');
  else out.write(items.map(({ workflowId, item }) => renderOpenItem(workflowId, item, out)).join('\n'));
  for (const { workflowId, message } of silent) err.write(`${oneLine(workflowId)}: ${message}\n`);
  return silent.length > 0 ? EXIT.failed : EXIT.done;
}
