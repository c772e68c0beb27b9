/** `cordon audit show`: what the record holds of one run. */
import type { Command } from 'commander';
import type { Config } from '../../../worker/config.ts';
import { withSource } from '../../audit/open-source.ts';
import { entriesOfRun } from '../../audit/run-entries.ts';
import { ending, examples, withConfig } from '../../command.ts';
import { EXIT, type ExitCode } from '../../exit.ts';
import { timeline } from '../../render/timeline.ts';
import { oneLine } from '../../render/text.ts';
import { complain, printJson, type Terminal } from '../../terminal.ts';

interface Options {
  readonly source?: string;
  readonly json?: boolean;
}

export function subcommand(audit: Command): void {
  const command = audit
    .command('show')
    .description('The timeline of one run, as the record holds it.')
    .argument('<run>', 'workflow id, as `cordon list` shows it')
    .option('--source <source>', 'database or export (default: `state` of the configuration)')
    .option('--json', 'print the entries as JSON')
    .action(
      ending(async (terminal, run: string, options: Options, self: Command) =>
        options.source === undefined
          ? withConfig(terminal, self, async (config) => show(terminal, config, run, options))
          : show(terminal, options.source, run, options),
      ),
    );
  examples(command, 'audit show cordon-email_takeover_v1-CASE-7');
}

async function show(
  terminal: Terminal,
  named: string | Config,
  run: string,
  options: Options,
): Promise<ExitCode> {
  return withSource(terminal, named, async (source) => {
    const entries = await entriesOfRun(source, run);
    if (entries.length === 0)
      return complain(
        terminal,
        [
          `run_unknown: the record holds nothing of ${oneLine(run, 100)}; \`cordon list\` shows the runs there are`,
        ],
        EXIT.failed,
      );
    if (options.json === true) printJson(terminal, entries);
    else terminal.out.write(timeline(entries, terminal.out));
    return EXIT.done;
  });
}
