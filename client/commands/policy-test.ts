/** Runs the gate of a policy set: its cases, whether they cover every rule, and whether they notice mistakes. */
import type { Command } from 'commander';
import type { Config } from '../../worker/config.ts';
import { ending, examples, withConfig } from '../command.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { passGate, type GateReport } from '../policy/gate.ts';
import { lookAt } from '../policy/set.ts';
import { wrap } from '../render/width.ts';
import { complain, printJson, type Stream, type Terminal } from '../terminal.ts';

interface Options {
  readonly json?: boolean;
}

export function command(policy: Command): void {
  const test = policy
    .command('test')
    .description(
      'Runs the cases of tests.yaml, demands that every rule decides in one and nearly in another, and takes every rule away, or turns it round, to see whether a case notices. Exit code 1 when one of these fails.',
    )
    .argument('[folder]', 'the set (default: `policies` of the configuration)')
    .option('--json', 'print the report as JSON')
    .action(
      ending(async (terminal, folder: string | undefined, options: Options, self: Command) =>
        withConfig(terminal, self, (config) => run(terminal, config, folder ?? config.policies, options)),
      ),
    );
  examples(test, 'policy test', 'policy test policies-next --json');
}

async function run(terminal: Terminal, config: Config, folder: string, { json }: Options): Promise<ExitCode> {
  const looked = await lookAt(config, folder);
  if (looked.kind === 'problems') return complain(terminal, looked.problems);
  const report = await passGate(looked.set);
  if (json === true) printJson(terminal, report);
  else terminal.out.write(renderGate(report, terminal.out));
  return report.passed ? EXIT.done : EXIT.failed;
}

export function renderGate({ cases, uncovered, mutants }: GateReport, stream: Stream): string {
  const { green, red } = stream.colours;
  const wrong = cases.filter(({ difference }) => difference !== null);
  const alive = mutants.filter(({ noticedBy }) => noticedBy === null);
  const headline = (good: boolean, text: string): string => `${good ? green('✓') : red('✗')} ${text}\n`;
  const below = (text: string): string =>
    wrap(text, stream.width - 4)
      .map((line) => `    ${line}\n`)
      .join('');
  return [
    headline(wrong.length === 0, `${cases.length - wrong.length} of ${cases.length} cases hold`),
    ...wrong.map(({ name, difference }) => below(`${name}: ${difference ?? ''}`)),
    headline(uncovered.length === 0, 'every rule decides in a case, and in another comes close'),
    ...uncovered.map(below),
    headline(
      alive.length === 0,
      `${mutants.length - alive.length} of ${mutants.length} mistakes are noticed`,
    ),
    ...alive.map(({ rule, how }) => below(`rule ${rule} ${how}: no case fails; add one that does`)),
  ].join('');
}
