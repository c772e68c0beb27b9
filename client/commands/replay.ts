/** Replays saved histories against this version's workflow code. */
import type { Command } from 'commander';
import { ending, examples } from '../command.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { replayAll, type Replayed } from '../replay.ts';
import { oneLine } from '../render/text.ts';
import { complain, printJson, type Terminal } from '../terminal.ts';

export function command(program: Command): void {
  const replay = program
    .command('replay')
    .description(
      'Replays saved histories against this version. Needs no server. Exit code 1 when one of them no longer fits, or when there are none.',
    )
    .argument('<folder>', 'holds histories as `cordon history` saves them')
    .option('--json', 'print the results as JSON')
    .action(
      ending(async (terminal, folder: string, options: { readonly json?: boolean }) => {
        const replayed = await replayAll(folder);
        if (replayed.kind === 'problems') return complain(terminal, replayed.problems, EXIT.failed);
        return tell(terminal, replayed.results, options.json === true);
      }),
    );
  examples(replay, 'replay test/histories');
}

function tell(terminal: Terminal, results: readonly Replayed[], json: boolean): ExitCode {
  const { out } = terminal;
  if (json) printJson(terminal, { histories: results });
  else
    for (const { file, failure } of results)
      out.write(
        failure === null
          ? `${out.colours.green('✓')} ${file}\n`
          : `${out.colours.red('✗')} ${file}: ${oneLine(failure, 500)}\n`,
      );
  return results.every(({ failure }) => failure === null) ? EXIT.done : EXIT.failed;
}
