/** What the shadow set would have decided otherwise, from the log that workers keep of it. */
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { ShadowLine } from '../../activities/policy/shadow.ts';
import type { Config } from '../../worker/config.ts';
import { shadowLogOf } from '../../worker/shadow.ts';
import { ending, examples, withConfig } from '../command.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { sortFlips, type Flip } from '../policy/flips.ts';
import { renderFlips } from '../render/flips.ts';
import { complain, printJson, type Terminal } from '../terminal.ts';

interface Options {
  readonly json?: boolean;
}

export function command(policy: Command): void {
  const shadow = policy
    .command('shadow')
    .description(
      'Reports where the set of `policy.shadow` would have decided otherwise than the enforced one; what would have been looser comes first.',
    )
    .option('--json', 'print the report as JSON')
    .action(
      ending(async (terminal, options: Options, self: Command) =>
        withConfig(terminal, self, (config) => report(terminal, config, options)),
      ),
    );
  examples(shadow, 'policy shadow');
}

async function report(terminal: Terminal, config: Config, { json }: Options): Promise<ExitCode> {
  const file = shadowLogOf(config);
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null && config.policy.shadow === null)
    return complain(
      terminal,
      ['no shadow set is configured: set policy.shadow to a folder and restart the workers'],
      EXIT.failed,
    );
  const flips = sortFlips(grouped((text ?? '').split('\n').filter((line) => line !== '')));
  if (json === true) printJson(terminal, { file, flips });
  else terminal.out.write(renderFlips(flips, terminal.out));
  return EXIT.done;
}

/** Alike differences are one, with their count. */
function grouped(lines: readonly string[]): readonly Flip[] {
  const counts = new Map<string, { flip: Flip; count: number }>();
  for (const line of lines) {
    const read = JSON.parse(line) as ShadowLine;
    const { type, playbook, enforced, shadow, enforced_rules, shadow_rules } = read;
    const key = JSON.stringify([type, playbook, enforced, shadow, enforced_rules, shadow_rules]);
    const known = counts.get(key);
    const flip: Flip = {
      what: `${type} in ${playbook}`,
      before: enforced,
      after: shadow,
      rulesBefore: enforced_rules,
      rulesAfter: shadow === 'error' ? read.errors : shadow_rules,
    };
    counts.set(key, { flip, count: (known?.count ?? 0) + 1 });
  }
  return [...counts.values()].map(({ flip, count }) => ({ ...flip, what: `${flip.what}, ${count} time(s)` }));
}
