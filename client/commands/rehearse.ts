/** Scripted runs without a server: a rehearsal is a playbook's unit test. */
import type { Command } from 'commander';
import { ending, examples } from '../command.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { rehearseFile, type Rehearsed } from '../rehearsal/rehearse.ts';
import { lineOf } from '../rehearsal/differences.ts';
import { renderReport } from '../render/report.ts';
import { oneLine } from '../render/text.ts';
import { printJson, type Terminal } from '../terminal.ts';

interface Options {
  readonly json?: boolean;
  readonly facts?: boolean;
}

export function command(program: Command): void {
  const rehearse = program
    .command('rehearse')
    .description(
      'Runs rehearsals: a playbook with scripted policy, people and connectors, and what must come of it. Needs no server. Exit code 1 when something came otherwise than expected.',
    )
    .argument('<file...>', 'rehearsals (YAML)')
    .option('--facts', 'show every fact of the record, and the report')
    .option('--json', 'print what was performed as JSON')
    .action(
      ending(async (terminal, files: readonly string[], options: Options) => {
        const rehearsed: Rehearsed[] = [];
        for (const file of files) {
          const one = await rehearseFile(file);
          rehearsed.push(one);
          if (options.json !== true) tell(terminal, file, one, options.facts === true);
        }
        if (options.json === true) printJson(terminal, rehearsed);
        return exitFor(rehearsed);
      }),
    );
  examples(rehearse, 'rehearse test/rehearsals/approval-granted.yaml', 'rehearse --facts mine.yaml');
}

function exitFor(rehearsed: readonly Rehearsed[]): ExitCode {
  return rehearsed.every((one) => one.differences.length === 0) ? EXIT.done : EXIT.failed;
}

function tell(
  { out }: Terminal,
  file: string,
  { name, performed, differences }: Rehearsed,
  facts: boolean,
): void {
  const { colours } = out;
  const good = differences.length === 0;
  out.write(`${good ? colours.green('✓') : colours.red('✗')} ${oneLine(name, 200)}\n`);
  if (!good) for (const line of [file, ...differences]) out.write(`    ${oneLine(line, 1_000)}\n`);
  if (!facts || performed.kind === 'refused') return;
  for (const fact of performed.facts) out.write(`    ${colours.dim(lineOf(fact))}\n`);
  out.write(`\n${renderReport(performed.report, out)}\n`);
}
