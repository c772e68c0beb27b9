/** `cordon audit verify`: is the record whole, and how much of that was shown? */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { RecordVerdict } from '../../../activities/verify/verdict.ts';
import { verifyRecord } from '../../../activities/verify/verify.ts';
import { withSource } from '../../audit/open-source.ts';
import { createProgress } from '../../audit/progress.ts';
import { outsideFrom, trustFrom } from '../../audit/trust.ts';
import { verdictJson, verdictText } from '../../audit/verdict-text.ts';
import { ending, examples, withConfig } from '../../command.ts';
import { EXIT, type ExitCode } from '../../exit.ts';
import { complain, printJson, type Terminal } from '../../terminal.ts';

interface Options {
  readonly policy?: string;
  readonly witness: readonly string[];
  readonly deep?: boolean;
  readonly json?: boolean;
}

export function subcommand(audit: Command): void {
  const verify = audit
    .command('verify')
    .description(
      'Checks every entry of the record against the ones before it, the head, the signed checkpoints and copies kept elsewhere. Reads only, needs no network. Exit code 1, and the first bad entry, when it does not hold.',
    )
    .argument('[source]', 'database, or folder of an export (default: `state` of the configuration)')
    .option('--policy <file>', 'keys to trust; without it signatures prove nothing')
    .option('--witness <file>', 'checkpoints kept elsewhere; may be given several times', collect, [])
    .option('--deep', 'also read every entry whole')
    .option('--json', 'print the verdict as JSON')
    .action(
      ending(async (terminal, source: string | undefined, options: Options, self: Command) =>
        source === undefined
          ? withConfig(terminal, self, async ({ state }) => verifySource(terminal, state, options))
          : verifySource(terminal, resolve(source), options),
      ),
    );
  examples(
    verify,
    'audit verify',
    'audit verify export/ --policy auditor.policy --witness /mnt/other/checkpoints',
    'audit verify backup/cordon.db --deep --json',
  );
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

async function verifySource(terminal: Terminal, name: string, options: Options): Promise<ExitCode> {
  const trust = options.policy === undefined ? null : trustFrom(options.policy);
  const outside = options.witness.map(outsideFrom);
  const problems = [trust, ...outside].flatMap((each) => (each?.kind === 'problem' ? [each.problem] : []));
  if (problems.length > 0) return complain(terminal, problems, EXIT.usage);
  return withSource(terminal, name, async (source) => {
    const head = await source.head();
    const progress = createProgress(terminal.err, 'checking', head?.size ?? null);
    const verdict = await verifyRecord(source, {
      trust: trust?.kind === 'trust' ? trust.trust : null,
      outside: outside.flatMap((each) => (each.kind === 'copy' ? [each.copy] : [])),
      deep: options.deep === true,
      now: Date.now(),
      onProgress: progress.at,
    });
    progress.end();
    show(terminal, name, verdict, options.json === true);
    return verdict.kind === 'verified' ? EXIT.done : EXIT.failed;
  });
}

function show(terminal: Terminal, name: string, verdict: RecordVerdict, json: boolean): void {
  if (json) printJson(terminal, verdictJson(name, verdict));
  else terminal.out.write(verdictText(name, verdict, terminal.out));
}
