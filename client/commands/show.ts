/** How a run stands, task by task. */
import type { Command } from 'commander';
import { ending, examples } from '../command.ts';
import { withTemporal } from '../connection.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { faultOfTask } from '../runs/task-name.ts';
import { takenBackOf, type TakenBack } from '../runs/taken-back.ts';
import { readRun, type RunReading } from '../runs/read.ts';
import { renderReport, renderTask } from '../render/report.ts';
import { renderTakenBack } from '../render/undo.ts';
import { renderOpenItem } from '../render/card.ts';
import { oneLine } from '../render/text.ts';
import { complain, printJson, type Terminal } from '../terminal.ts';
import { invocation } from '../self.ts';

export function command(program: Command): void {
  const show = program
    .command('show')
    .description(
      [
        'How a run stands, task by task: status, reason, approvers, attempts; and what of it was undone since.',
        'Exit code 0 when it could be told.',
      ].join('\n'),
    )
    .argument('<run>', 'workflow id, as `cordon list` shows it')
    .argument('[task]', 'one task with all that is known of it')
    .option('--json', 'print the report as JSON')
    .action(
      ending(async (terminal, run: string, task: string | undefined, options: { readonly json?: boolean }) =>
        withTemporal(terminal, async ({ client }) => {
          const reading = await readRun(client, run);
          const taken = mayBeTakenBack(reading) ? await takenBackOf(client, run) : [];
          return tell(terminal, { run, reading, taken, task: task ?? null, json: options.json === true });
        }),
      ),
    );
  examples(
    show,
    'show cordon-email_takeover_v1-CASE-7',
    'show cordon-email_takeover_v1-CASE-7 rotate_password',
    'show cordon-email_takeover_v1-CASE-7 --json',
  );
}

/** Only what is over can be undone, and no undo itself. */
function mayBeTakenBack(reading: RunReading): boolean {
  if (reading.kind !== 'report') return false;
  const { status, undo } = reading.report;
  return status !== 'running' && status !== 'waiting' && undo === undefined;
}

interface Told {
  readonly run: string;
  readonly reading: RunReading;
  readonly taken: readonly TakenBack[];
  readonly task: string | null;
  readonly json: boolean;
}

function tell(terminal: Terminal, { run, reading, taken, task, json }: Told): ExitCode {
  switch (reading.kind) {
    case 'report': {
      const { report, open } = reading;
      const wrong = task === null ? null : faultOfTask(task, report);
      if (wrong !== null) return complain(terminal, [wrong]);
      const one = task === null ? undefined : report.tasks[task];
      const since = taken.filter((undone) => task === null || undone.task === task);
      if (json) printJson(terminal, { ...(one ?? report), ...(since.length === 0 ? {} : { undone: since }) });
      else if (one !== undefined) terminal.out.write(renderTask(one, terminal.out));
      else terminal.out.write(renderReport(report, terminal.out));
      if (!json) terminal.out.write(renderTakenBack(since, terminal.out));
      const waiting = open.filter((item) => task === null || item.task === task);
      if (!json && one !== undefined)
        for (const item of waiting) terminal.out.write(`\n${renderOpenItem(run, item, terminal.out)}`);
      else if (!json && waiting.length > 0)
        terminal.err.write(`\nto answer: ${oneLine(invocation('approvals', run))}\n`);
      return EXIT.done;
    }
    case 'starting':
      return complain(terminal, ['the run is only just starting; try again in a moment'], EXIT.notDone);
    case 'refused':
      if (json) printJson(terminal, { workflow_id: run, status: 'refused', problems: reading.problems });
      else
        terminal.out.write(
          `refused; nothing was done\n${reading.problems.map((line) => `  ${oneLine(line)}\n`).join('')}`,
        );
      return EXIT.done;
    case 'ended':
      if (json) printJson(terminal, { workflow_id: run, status: reading.how });
      else terminal.out.write(`ended without a report: ${oneLine(reading.how)}\n`);
      return EXIT.done;
    case 'unanswered':
      return complain(terminal, [reading.message], EXIT.failed);
    default:
      return reading satisfies never;
  }
}
