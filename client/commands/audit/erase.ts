/** `cordon audit erase`: takes what is personal out of the store for good; the log still verifies, and says so. */
import type { Command } from 'commander';
import { startCheckpointing } from '../../../activities/checkpoints/index.ts';
import { StoreError, type Ledger } from '../../../activities/stores/ledger.ts';
import type { Config } from '../../../worker/config.ts';
import { openOwnStore } from '../../../worker/store.ts';
import { withSource } from '../../audit/open-source.ts';
import { ending, examples, withConfig } from '../../command.ts';
import { eraseFound, lookAt } from '../../erasure/erase.ts';
import { scopeOf, type Asked, type Scope } from '../../erasure/runs.ts';
import { erasedText, valuesText } from '../../erasure/text.ts';
import { eraseValues, valuesAt, wereErased } from '../../erasure/values.ts';
import { EXIT, type ExitCode } from '../../exit.ts';
import { complain, printJson, type Terminal } from '../../terminal.ts';

interface Options {
  readonly run?: string;
  readonly case?: string;
  readonly path?: string;
  readonly papers?: boolean;
  readonly loseUndo?: boolean;
  readonly as: string;
  readonly reason: string;
  readonly json?: boolean;
}

export function subcommand(audit: Command): void {
  const command = audit
    .command('erase')
    .description(
      [
        'Erases personal values and their salts: of an entry, of a run, or of all runs of a case. The entries stay and verify;',
        'a new entry for each value says that it was erased, why and by whom. With --papers also what is kept beside the',
        'record: outputs of tasks, states saved for undo, cards, plans of undos. Ends with what remains, and where.',
        'There is no way back. The exit code is 3 where something is still needed.',
      ].join('\n'),
    )
    .argument('[entry]', 'number of the entry in the log')
    .option('--path <pointer>', 'of the entry only the value at this place in its details, such as /reason')
    .option('--run <run>', 'all values of this run')
    .option('--case <id>', 'all values of all runs of this case')
    .option('--papers', 'also the working papers of the run, or of the case')
    .option('--lose-undo', 'also what an undo would still need: nobody can undo it any more')
    .requiredOption('--as <person>', 'who erases')
    .requiredOption('--reason <text>', 'why, such as the request it answers; it is recorded')
    .option('--json', 'print what was erased, and what remains, as JSON')
    .action(
      ending(async (terminal, entry: string | undefined, options: Options, self: Command) =>
        withConfig(terminal, self, async (config) => erase(terminal, config, entry, options)),
      ),
    );
  examples(
    command,
    'audit erase 154 --as dpo@example.org --reason "request 2026-17"',
    'audit erase --run cordon-email_takeover_v1-CASE-7 --as dpo@example.org --reason "request 2026-17"',
    'audit erase --case CASE-7 --papers --as dpo@example.org --reason "request 2026-17"',
  );
}

async function erase(
  terminal: Terminal,
  config: Config,
  entry: string | undefined,
  options: Options,
): Promise<ExitCode> {
  const asked = askedIn(entry, options);
  if (typeof asked === 'string') return complain(terminal, [asked]);
  try {
    if ('entry' in asked)
      return await withLedger(config, (ledger) => eraseEntry(terminal, ledger, config, asked.entry, options));
    const scope = await lookUp(terminal, config, asked);
    if (scope === null) return EXIT.failed;
    if (scope.runs.length === 0) return complain(terminal, [unknown(asked)], EXIT.failed);
    return await withLedger(config, (ledger) => eraseScope(terminal, ledger, config, scope, options));
  } catch (error) {
    if (error instanceof StoreError)
      return complain(terminal, [`${error.code}: ${error.message}`], EXIT.failed);
    throw error;
  }
}

/** What was named, or what is wrong with it. */
function askedIn(entry: string | undefined, options: Options): Asked | { readonly entry: number } | string {
  const { run, case: caseId, path, papers, loseUndo } = options;
  if ([entry, run, caseId].filter((each) => each !== undefined).length !== 1)
    return 'name the number of one entry, or a run with --run, or a case with --case';
  if (loseUndo === true && papers !== true)
    return '--lose-undo is about working papers: it goes with --papers';
  if (entry === undefined && path !== undefined) return '--path names a value of one entry: name the entry';
  if (run !== undefined) return { run };
  // The log's own entries belong to no case.
  if (caseId !== undefined) return caseId === '' ? 'name a case with --case' : { caseId };
  if (papers === true) return '--papers is about a run or a case: it goes with --run or --case';
  if (!/^(0|[1-9]\d{0,14})$/.test(entry ?? ''))
    return 'an entry is named by its number, as `cordon audit show` prints it';
  return { entry: Number(entry) };
}

function unknown(asked: Asked): string {
  return 'run' in asked
    ? `run_unknown: the record knows no run ${asked.run}; \`cordon list\` shows the runs there are`
    : `case_unknown: the record knows no run of case ${asked.caseId}`;
}

/** Null where the record could not be read, which was said. */
async function lookUp(terminal: Terminal, config: Config, asked: Asked): Promise<Scope | null> {
  const found: Scope[] = [];
  await withSource(terminal, config, async (source) => {
    found.push(await scopeOf(source, asked));
    return EXIT.done;
  });
  return found[0] ?? null;
}

async function eraseEntry(
  terminal: Terminal,
  ledger: Ledger,
  { record }: Config,
  entry: number,
  options: Options,
): Promise<ExitCode> {
  const named = await valuesAt(ledger, [entry], options.path);
  // What was erased before may not have been forgotten, because somebody was reading.
  if (named.length === 0 && (await wereErased(ledger, entry))) await ledger.erase([]);
  if (named.length === 0)
    return complain(terminal, ['value_unknown: nothing is kept there, or it was erased before'], EXIT.failed);
  return signed(terminal, ledger, record, async () => {
    await eraseValues(ledger, named, options);
    if (options.json === true) printJson(terminal, { erased: named });
    else terminal.out.write(valuesText(named, terminal.out) + ELSEWHERE);
    return EXIT.done;
  });
}

const ELSEWHERE =
  'Copies elsewhere (backups, exports with values, replicas) are not touched: erase there as well.\n';

async function eraseScope(
  terminal: Terminal,
  ledger: Ledger,
  config: Config,
  scope: Scope,
  options: Options,
): Promise<ExitCode> {
  const { papers = false, loseUndo = false, as, reason } = options;
  const order = { papers, loseUndo, as, reason };
  const looked = await lookAt(ledger, config, scope, order);
  if (looked.kind === 'refused') return complain(terminal, looked.problems, EXIT.notDone);
  return signed(terminal, ledger, config.record, async () => {
    const end = await eraseFound(ledger, config, looked.found, order);
    if (end.kind === 'refused') return complain(terminal, end.problems, EXIT.notDone);
    const { values, ...rest } = end.erased;
    if (options.json === true) printJson(terminal, { erased: values, ...rest });
    else terminal.out.write(erasedText(end.erased, terminal.out));
    return EXIT.done;
  });
}

async function withLedger(config: Config, work: (ledger: Ledger) => Promise<ExitCode>): Promise<ExitCode> {
  const ledger = await openOwnStore(config);
  try {
    return await work(ledger);
  } finally {
    await ledger.close();
  }
}

/** What is recorded is signed at once: there need be no worker that does. */
async function signed(
  terminal: Terminal,
  ledger: Ledger,
  record: Config['record'],
  work: () => Promise<ExitCode>,
): Promise<ExitCode> {
  const signing = await startCheckpointing({
    ledger,
    // Whoever runs the log brings its checkpoints to where they go besides the file.
    config: { ...record, witnesses: [], s3: null, timestamp: null },
    log: () => {},
    secret: () => Promise.reject(new Error('nothing here needs a secret')),
  });
  if (signing.kind === 'problems') return complain(terminal, signing.problems, EXIT.failed);
  try {
    return await work();
  } finally {
    await signing.stop();
  }
}
