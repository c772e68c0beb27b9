/** Saves a run's history, so that later versions can be tried against it. */
import { existsSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { ending, examples } from '../command.ts';
import { withTemporal } from '../connection.ts';
import { EXIT } from '../exit.ts';

export function command(program: Command): void {
  const history = program
    .command('history')
    .description(
      'Saves the history of a run as JSON, for `cordon replay`. A history holds the inputs and outputs of all tasks.',
    )
    .argument('<run>', 'workflow id, as `cordon list` shows it')
    .option('--out <file>', 'file, or a folder in which it is named <playbook>@<run>.json; default: stdout')
    .action(
      ending(async (terminal, run: string, options: { readonly out?: string }) =>
        withTemporal(terminal, async ({ client }) => {
          const handle = client.workflow.getHandle(run);
          const { type } = await handle.describe();
          const json = `${historyToJSON(await handle.fetchHistory())}\n`;
          if (options.out === undefined) terminal.out.write(json);
          else {
            const file = fileFor(options.out, `${type}@${run}.json`);
            await mkdir(dirname(file), { recursive: true });
            await writeFile(file, json);
            terminal.err.write(`saved ${file}\n`);
          }
          return EXIT.done;
        }),
      ),
    );
  examples(
    history,
    'history cordon-email_takeover_v1-CASE-7 --out test/histories/email_takeover_v1@approved.json',
    'history cordon-email_takeover_v1-CASE-7 --out histories/',
  );
}

function fileFor(out: string, name: string): string {
  const folder = out.endsWith('/') || (existsSync(out) && statSync(out).isDirectory());
  return folder ? join(out, name.replaceAll(/[^\w.@-]/g, '_')) : out;
}
