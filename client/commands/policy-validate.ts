/** Checks a policy set as a worker would before it enforces it. */
import type { Command } from 'commander';
import { demandsOf } from '../../activities/policy/demands.ts';
import { readFolder } from '../../activities/policy/set-files.ts';
import type { Config } from '../../worker/config.ts';
import { ending, examples, withConfig } from '../command.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { lookAt } from '../policy/set.ts';
import { field } from '../render/fields.ts';
import { complain, printJson, type Terminal } from '../terminal.ts';

interface Options {
  readonly json?: boolean;
}

export function command(policy: Command): void {
  const validate = policy
    .command('validate')
    .description('Checks that a set can be enforced: rules, schema, lists, cases. Exit code 2 when not.')
    .argument('[folder]', 'the set (default: `policies` of the configuration)')
    .option('--json', 'print the findings as JSON')
    .action(
      ending(async (terminal, folder: string | undefined, options: Options, self: Command) =>
        withConfig(terminal, self, (config) => check(terminal, config, folder ?? config.policies, options)),
      ),
    );
  examples(validate, 'policy validate', 'policy validate policies-next');
}

async function check(
  terminal: Terminal,
  config: Config,
  folder: string,
  { json }: Options,
): Promise<ExitCode> {
  const looked = await lookAt(config, folder);
  if (looked.kind === 'problems') {
    if (json !== true) return complain(terminal, looked.problems);
    printJson(terminal, { valid: false, problems: looked.problems });
    return EXIT.usage;
  }
  const { policy, rules, table } = looked.set;
  const read = await readFolder(folder);
  const demands = demandsOf(read.kind === 'files' ? read.files : []);
  const { digest } = policy.set;
  const permits = rules.filter(({ effect }) => effect === 'permit').length;
  if (json === true)
    printJson(terminal, {
      valid: true,
      digest,
      rules: rules.map(({ id }) => id),
      cases: table.cases.length,
      demands,
    });
  else {
    const line = (name: string, text: string): string => field(name, text, terminal.out);
    terminal.out.write(
      [
        `${terminal.out.colours.green('✓')} ${folder} can be enforced\n`,
        line('rules', `${permits} that permit, ${rules.length - permits} that forbid`),
        line('cases', `${table.cases.length}`),
        line(
          'demands',
          `approvals up to ${demands.assurance}${demands.groups.length > 0 ? `, by ${demands.groups.join(', ')}` : ''}`,
        ),
        line('digest', digest),
      ].join(''),
    );
  }
  return EXIT.done;
}
