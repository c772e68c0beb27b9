/** `cordon audit verify`: is the record whole, and how much of that was shown? */
import type { Command } from 'commander';
import { shownSource } from '../../../activities/stores/source.ts';
import { verifyRecord } from '../../../activities/verify/verify.ts';
import { operatorView, type OperatorView } from '../../audit/operator.ts';
import { withSource } from '../../audit/open-source.ts';
import { createProgress } from '../../audit/progress.ts';
import { outsideFrom, trustFrom } from '../../audit/trust.ts';
import { verdictJson, verdictText } from '../../audit/verdict-text.ts';
import { ending, examples, withConfig } from '../../command.ts';
import { EXIT, type ExitCode } from '../../exit.ts';
import { checkHistories } from '../../witness/histories.ts';
import type { Config } from '../../../worker/config.ts';
import { complain, printJson, type Terminal } from '../../terminal.ts';

interface Options {
  readonly policy?: string;
  readonly witness: readonly string[];
  readonly deep?: boolean;
  readonly temporal?: boolean;
  readonly json?: boolean;
}

export function subcommand(audit: Command): void {
  const command = audit
    .command('verify')
    .description(
      'Checks every entry of the record against the ones before it, the head, the signed checkpoints and copies kept elsewhere. Reads only, needs no network. Exit code 1, and the first bad entry, when it does not hold.',
    )
    .argument('[source]', 'database, or folder of an export (default: `state` of the configuration)')
    .option('--policy <file>', 'keys to trust (default: for the own database, the keys it is signed with)')
    .option(
      '--witness <file>',
      'checkpoints kept elsewhere; may be given several times (default: for the own database, `record.witness_file`)',
      collect,
      [],
    )
    .option('--deep', 'also read every entry whole')
    .option('--temporal', "then compare with Temporal's own history, which must be reached")
    .option('--json', 'print the verdict as JSON')
    .action(
      ending(async (terminal, source: string | undefined, options: Options, self: Command) =>
        options.temporal === true
          ? withConfig(terminal, self, (config) => withHistories(terminal, config, source, options))
          : source === undefined
            ? withConfig(terminal, self, async (config) =>
                verify(terminal, config, options, await operatorView(config)),
              )
            : verify(terminal, source, options, NOBODY),
      ),
    );
  examples(
    command,
    'audit verify',
    'audit verify export/ --policy auditor.policy --witness /mnt/other/checkpoints',
    'audit verify backup/cordon.db --deep --json',
  );
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

/** Also when it does not hold by itself: history names what was changed. */
async function withHistories(
  terminal: Terminal,
  config: Config,
  source: string | undefined,
  options: Options,
): Promise<ExitCode> {
  const named = source ?? config;
  const own = source === undefined ? await operatorView(config) : NOBODY;
  const said: object[] = [];
  const tell = options.json === true ? (verdict: object): void => void said.push(verdict) : null;
  const alone = await verify(terminal, named, options, own, tell);
  const together = await checkHistories(terminal, named, config.taskQueue, tell);
  if (tell !== null) printJson(terminal, Object.assign({}, ...said));
  return alone === EXIT.done ? together : alone;
}

/** Whoever names what is checked says also whom they trust. */
const NOBODY: OperatorView = { trust: null, witnessFile: null };

/** `tell` takes what is to be told as JSON, where it is not all that is told. */
async function verify(
  terminal: Terminal,
  named: string | Config,
  options: Options,
  own: OperatorView,
  tell: ((verdict: object) => void) | null = options.json === true
    ? (verdict): void => printJson(terminal, verdict)
    : null,
): Promise<ExitCode> {
  const trust = options.policy === undefined ? null : trustFrom(options.policy);
  const copies = options.witness.length > 0 || own.witnessFile === null ? options.witness : [own.witnessFile];
  const outside = copies.map(outsideFrom);
  const problems = [trust, ...outside].flatMap((each) => (each?.kind === 'problem' ? [each.problem] : []));
  if (problems.length > 0) return complain(terminal, problems, EXIT.usage);
  return withSource(terminal, named, async (source) => {
    // That it cannot be read is for the verdict to say.
    const head = await source.head().catch(() => null);
    const progress = createProgress(terminal.err, 'checking', head?.size ?? null);
    const verdict = await verifyRecord(source, {
      trust: trust?.kind === 'trust' ? trust.trust : own.trust,
      outside: outside.flatMap((each) => (each.kind === 'copy' ? [each.copy] : [])),
      deep: options.deep === true,
      now: Date.now(),
      onProgress: progress.at,
    }).finally(progress.end);
    const name = typeof named === 'string' ? named : shownSource(named.state);
    if (tell === null) terminal.out.write(verdictText(name, verdict, terminal.out));
    else tell(verdictJson(name, verdict));
    return verdict.kind === 'verified' ? EXIT.done : EXIT.failed;
  });
}
