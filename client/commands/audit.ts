/** The audit record, from outside. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { verifyDatabase, type DatabaseVerdict } from '../../activities/stores/sqlite/verify.ts';
import { StoreError } from '../../activities/stores/ledger.ts';
import { ending, examples, withConfig } from '../command.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { complain, printJson, type Terminal } from '../terminal.ts';
import { checkHistories, sealHistories } from '../witness/histories.ts';

interface VerifyOptions {
  readonly db?: string;
  readonly json?: boolean;
  readonly temporal?: boolean;
}

export function command(program: Command): void {
  const audit = program.command('audit').description('The audit record, from outside.');
  const verify = audit
    .command('verify')
    .description(
      'Checks every entry of the record against the ones before it. Reads the database only. Exit code 1, and the first bad entry, when it does not hold.',
    )
    .option('--db <file>', 'database (default: `state` of the configuration)')
    .option('--json', 'print the verdict as JSON')
    .option('--temporal', "then compare with Temporal's own history, for which it must be reached")
    .action(
      ending(async (terminal, options: VerifyOptions, self: Command) => {
        const json = options.json === true;
        if (options.temporal === true)
          return withConfig(terminal, self, async ({ state, taskQueue }) => {
            const file = options.db === undefined ? state : resolve(options.db);
            // Also when it does not hold by itself: history names what was changed.
            const alone = check(terminal, file, json);
            const together = await checkHistories(terminal, file, taskQueue, json);
            return alone === EXIT.done ? together : alone;
          });
        return options.db === undefined
          ? withConfig(terminal, self, async ({ state }) => check(terminal, state, json))
          : check(terminal, resolve(options.db), json);
      }),
    );
  const seal = audit
    .command('seal')
    .description(
      'Compares the histories of closed runs with the record and seals them into it, as a worker does by itself. Exit code 1 when they disagree.',
    )
    .action(
      ending(async (terminal, _: unknown, self: Command) =>
        withConfig(terminal, self, (config) => sealHistories(terminal, config)),
      ),
    );
  examples(seal, 'audit seal');
  examples(verify, 'audit verify', 'audit verify --temporal', 'audit verify --db backup/cordon.db --json');
}

function check(terminal: Terminal, file: string, json: boolean): ExitCode {
  let verdict: DatabaseVerdict;
  try {
    verdict = verifyDatabase(file);
  } catch (error) {
    if (error instanceof StoreError) return complain(terminal, [error.message], EXIT.failed);
    throw error;
  }
  if (json) {
    const { verified, entries, head, root, firstBad, reason } = verdict;
    printJson(terminal, { file, verified, entries, head, root, first_bad: firstBad, reason });
  } else terminal.out.write(told(terminal, file, verdict));
  return verdict.verified ? EXIT.done : EXIT.failed;
}

function told({ out }: Terminal, file: string, verdict: DatabaseVerdict): string {
  const { verified, entries, head, root, firstBad, reason } = verdict;
  if (verified)
    return [
      `${out.colours.green('✓')} ${entries} entries, each confirming the one before\n`,
      `  head  ${head ?? ''}\n  root  ${root ?? ''}\n`,
      '  Compare both with a copy kept elsewhere: a log that was rewritten as a whole confirms itself.\n',
    ].join('');
  const where = firstBad === null ? 'the database' : `entry ${firstBad}`;
  return `${out.colours.red('✗')} ${where} of ${file} cannot be trusted: ${reason ?? 'no reason given'}\n  ${entries} entries before it hold\n`;
}
