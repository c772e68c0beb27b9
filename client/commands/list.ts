/** The runs there are. */
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { Config } from '../../worker/config.ts';
import { ending, examples, withConfig } from '../command.ts';
import { withTemporal } from '../connection.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { statusPaint } from '../render/status.ts';
import { table, type Cell } from '../render/table.ts';
import { oneLine } from '../render/text.ts';
import { listRuns, type RunRow } from '../runs/list.ts';
import { printJson, type Stream, type Terminal } from '../terminal.ts';

interface Options {
  readonly playbook?: string;
  readonly case?: string;
  readonly open?: boolean;
  readonly waiting?: boolean;
  readonly limit: number;
  readonly json?: boolean;
}

export function command(program: Command): void {
  const list = program
    .command('list')
    .description('The runs there are, newest first.')
    .option('--playbook <id>', 'only runs of this playbook')
    .option('--case <id>', 'only runs for this case')
    .option('--open', 'only runs that have not ended')
    .option('--waiting', 'only runs with an approval due')
    .option('--limit <number>', 'at most this many', wholeNumber, 50)
    .option('--json', 'print the runs as JSON')
    .action(
      ending(async (terminal, options: Options, self: Command) =>
        withConfig(terminal, self, (config) => show(terminal, config, options)),
      ),
    );
  examples(list, 'list', 'list --case CASE-7', 'list --waiting --json');
}

export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError('write a whole number from 1 on');
  return Number(text);
}

async function show(terminal: Terminal, config: Config, options: Options): Promise<ExitCode> {
  return withTemporal(terminal, async ({ client }) => {
    const { rows, searchable, cut } = await listRuns(client, {
      taskQueue: config.taskQueue,
      playbook: options.playbook,
      case: options.case,
      open: options.open === true || options.waiting === true,
      awaiting: options.waiting === true,
      limit: options.limit,
    });
    if (options.json === true) printJson(terminal, { runs: rows, more: cut });
    else if (rows.length > 0) terminal.out.write(render(rows, terminal.out));
    else terminal.err.write('no runs\n');
    if (!searchable && options.waiting === true)
      terminal.err.write('this namespace lacks the search attributes, so all open runs are listed\n');
    if (cut) terminal.err.write(`there are more; --limit shows more than ${options.limit}\n`);
    return EXIT.done;
  });
}

function render(rows: readonly RunRow[], stream: Stream): string {
  const columns = [
    { title: 'STARTED', most: 16 },
    { title: 'STATUS', most: 20 },
    { title: 'RUN', rest: true },
  ] as const;
  const cells = rows.map(({ workflow_id, status, started_at, awaiting_approval }): readonly Cell[] => [
    started_at.slice(0, 16).replace('T', ' '),
    { text: oneLine(status, 40), paint: statusPaint(status, stream.colours) },
    `${oneLine(workflow_id)}${awaiting_approval === true ? ' (approval due)' : ''}`,
  ]);
  return table(columns, cells, stream);
}
