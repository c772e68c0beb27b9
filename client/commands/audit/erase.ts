/** `cordon audit erase`: takes personal values out of the record for good; the log still verifies, and says so. */
import type { Command } from 'commander';
import { startCheckpointing } from '../../../activities/checkpoints/index.ts';
import { StoreError, type Ledger } from '../../../activities/stores/ledger.ts';
import type { Erasure, ValueName } from '../../../activities/stores/values.ts';
import type { Config } from '../../../worker/config.ts';
import { openOwnStore } from '../../../worker/store.ts';
import { withSource } from '../../audit/open-source.ts';
import { entriesOfRun } from '../../audit/run-entries.ts';
import { ending, examples, withConfig } from '../../command.ts';
import { EXIT, type ExitCode } from '../../exit.ts';
import { oneLine } from '../../render/text.ts';
import { complain, printJson, type Terminal } from '../../terminal.ts';

interface Options {
  readonly run?: string;
  readonly path?: string;
  readonly as: string;
  readonly reason: string;
  readonly json?: boolean;
}

export function subcommand(audit: Command): void {
  const command = audit
    .command('erase')
    .description(
      'Erases personal values and their salts: all of an entry, one of them, or all of a run. The entries stay and verify; a new entry for each value says that it was erased, why and by whom. There is no way back.',
    )
    .argument('[entry]', 'number of the entry in the log')
    .option('--path <pointer>', 'only the value at this place in its details, such as /reason')
    .option('--run <run>', 'all values of this run')
    .requiredOption('--as <person>', 'who erases')
    .requiredOption('--reason <text>', 'why, such as the request it answers; it is recorded')
    .option('--json', 'print what was erased as JSON')
    .action(
      ending(async (terminal, entry: string | undefined, options: Options, self: Command) =>
        withConfig(terminal, self, async (config) => erase(terminal, config, entry, options)),
      ),
    );
  examples(
    command,
    'audit erase 154 --as dpo@example.org --reason "request 2026-17"',
    'audit erase --run cordon-email_takeover_v1-CASE-7 --as dpo@example.org --reason "request 2026-17"',
  );
}

async function erase(
  terminal: Terminal,
  config: Config,
  entry: string | undefined,
  options: Options,
): Promise<ExitCode> {
  const { run, path } = options;
  const isWhole = entry !== undefined && /^(0|[1-9]\d{0,14})$/.test(entry);
  if ((run === undefined) === (entry === undefined) || (entry !== undefined && !isWhole))
    return complain(terminal, ['name the number of one entry, or a run with --run']);
  const indexes = run === undefined ? [Number(entry)] : await indexesOf(terminal, config, run);
  try {
    const ledger = await openOwnStore(config);
    try {
      const named = await namedBy(ledger, indexes, path);
      if (named.length === 0)
        return complain(
          terminal,
          ['value_unknown: nothing is kept there, or it was erased before'],
          EXIT.failed,
        );
      const problems = await eraseSigned(ledger, config, named, options);
      return problems.length > 0
        ? complain(terminal, problems, EXIT.failed)
        : told(terminal, named, options.json === true);
    } finally {
      await ledger.close();
    }
  } catch (error) {
    if (error instanceof StoreError)
      return complain(terminal, [`${error.code}: ${error.message}`], EXIT.failed);
    throw error;
  }
}

async function indexesOf(terminal: Terminal, config: Config, run: string): Promise<readonly number[]> {
  const found: number[] = [];
  await withSource(terminal, config, async (source) => {
    found.push(...(await entriesOfRun(source, run)).map(({ i }) => i));
    return EXIT.done;
  });
  return found;
}

async function namedBy(
  ledger: Ledger,
  indexes: readonly number[],
  path: string | undefined,
): Promise<readonly ValueName[]> {
  const named: ValueName[] = [];
  for (const index of indexes)
    for await (const kept of ledger.values(index, index + 1))
      if (kept.value !== null && (path === undefined || kept.path === path))
        named.push({ index, path: kept.path });
  return named;
}

/** What it records is signed at once: there need be no worker that does. */
async function eraseSigned(
  ledger: Ledger,
  { record }: Config,
  named: readonly ValueName[],
  options: Options,
): Promise<readonly string[]> {
  const signing = await startCheckpointing({
    ledger,
    // Whoever runs the log brings its checkpoints to where they go besides the file.
    config: { ...record, witnesses: [], s3: null, timestamp: null },
    log: () => {},
    secret: () => Promise.reject(new Error('nothing here needs a secret')),
  });
  if (signing.kind === 'problems') return signing.problems;
  try {
    await eraseAll(ledger, named, options);
    return [];
  } finally {
    await signing.stop();
  }
}

/** In one commit at a time, so that others can write between them. */
const AT_ONCE = 100;

async function eraseAll(
  ledger: Ledger,
  named: readonly ValueName[],
  { as: by, reason }: Options,
): Promise<void> {
  const at = Date.now();
  for (let from = 0; from < named.length; from += AT_ONCE)
    await ledger.erase(
      named.slice(from, from + AT_ONCE).map(({ index, path }): Erasure => {
        const details = { index, path, by, reason };
        return { index, path, act: { event: 'value_erased', details, at, about: `${index}${path}` } };
      }),
    );
}

function told(terminal: Terminal, named: readonly ValueName[], json: boolean): ExitCode {
  if (json) printJson(terminal, { erased: named });
  else {
    const { out } = terminal;
    out.write(`${out.colours.green('✓')} ${named.length} values erased, each on record\n`);
    out.write(named.map(({ index, path }) => `  entry ${index} ${oneLine(path)}\n`).join(''));
    out.write(
      'Copies elsewhere (backups, exports with values, replicas) are not touched: erase there as well.\n',
    );
  }
  return EXIT.done;
}
