/** Compares the enforced set with another, case by case of both. */
import type { Command } from 'commander';
import { questionOf } from '../../activities/policy/testing/table.ts';
import type { Config } from '../../worker/config.ts';
import { ending, examples, withConfig } from '../command.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { isLooser, sortFlips, type Flip } from '../policy/flips.ts';
import { lookAt, type LookedAt } from '../policy/set.ts';
import { renderFlips } from '../render/flips.ts';
import { complain, printJson, type Terminal } from '../terminal.ts';

interface Options {
  readonly json?: boolean;
}

export function command(policy: Command): void {
  const diff = policy
    .command('diff')
    .description(
      'Asks both sets every case of both, and shows where they differ; what would become looser comes first. Exit code 1 when anything would.',
    )
    .argument('<folder>', 'the candidate set')
    .option('--json', 'print the differences as JSON')
    .action(
      ending(async (terminal, folder: string, options: Options, self: Command) =>
        withConfig(terminal, self, (config) => compare(terminal, config, folder, options)),
      ),
    );
  examples(diff, 'policy diff policies-next');
}

async function compare(
  terminal: Terminal,
  config: Config,
  folder: string,
  { json }: Options,
): Promise<ExitCode> {
  const [now, next] = await Promise.all([lookAt(config), lookAt(config, folder)]);
  if (now.kind === 'problems') return complain(terminal, now.problems);
  if (next.kind === 'problems') return complain(terminal, next.problems);
  const flips = sortFlips(await flipsBetween(now.set, next.set));
  if (json === true)
    printJson(terminal, {
      enforced: now.set.policy.set.digest,
      candidate: next.set.policy.set.digest,
      flips,
    });
  else terminal.out.write(renderFlips(flips, terminal.out));
  return flips.some(isLooser) ? EXIT.failed : EXIT.done;
}

async function flipsBetween(now: LookedAt, next: LookedAt): Promise<readonly Flip[]> {
  const flips = new Map<string, Flip>();
  for (const { table } of [now, next])
    for (const one of table.cases) {
      const question = questionOf(table, one);
      const [before, after] = [await now.policy.decide(question), await next.policy.decide(question)];
      if (before.effect === after.effect) continue;
      const ids = (rules: typeof before.rules): string[] => [...new Set(rules.map(({ id }) => id))];
      flips.set(JSON.stringify(question), {
        what: one.name,
        before: before.effect,
        after: after.effect,
        rulesBefore: ids(before.rules),
        rulesAfter: ids(after.rules),
      });
    }
  return [...flips.values()];
}
