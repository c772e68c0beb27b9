/** Asks the policy one question and says why it answers as it does. */
import { Option, type Command } from 'commander';
import { contracts } from '../../activities/catalogue/index.ts';
import type { PolicyQuestion } from '../../activities/policy/engine.ts';
import { PAP, TLP, type Pap, type Tlp } from '../../workflows/language/marking.ts';
import { didYouMean } from '../../workflows/language/suggest.ts';
import type { Verdict } from '../../workflows/walk/verdict.ts';
import type { Config } from '../../worker/config.ts';
import { openPolicy } from '../../activities/policy/index.ts';
import { policySettings } from '../../worker/config-policy.ts';
import { ending, examples, withConfig } from '../command.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { renderVerdict } from '../render/verdict.ts';
import { complain, printJson, type Terminal } from '../terminal.ts';

const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;
const CLASSES = ['none', 'A', 'B', 'C'] as const;

interface Options {
  readonly connector: string;
  readonly severity: PolicyQuestion['severity'];
  readonly reversibility: PolicyQuestion['reversibility'];
  readonly playbook: string;
  readonly playbookVersion: string;
  readonly as: string;
  readonly approvedBy: readonly string[];
  readonly at?: string;
  readonly tlp?: Tlp;
  readonly pap?: Pap;
  readonly json?: boolean;
}

export function command(policy: Command): void {
  const explain = policy
    .command('explain')
    .description(
      'Says what policy would answer, by which rules, and what would change the answer. Exit code 3 when it denies.',
    )
    .argument('<type>', 'task type')
    .argument('<target...>', 'what it would act on')
    .requiredOption('--connector <name>', 'who would perform it')
    .addOption(new Option('--severity <severity>').choices(SEVERITIES).default('high'))
    .addOption(
      new Option('--reversibility <class>', 'how far it can be undone').choices(CLASSES).default('C'),
    )
    .option('--playbook <id>', 'in which playbook', 'none')
    .option('--playbook-version <version>', 'in which version of it', '1')
    .option('--as <person>', 'who asked for the run', 'unknown')
    .option('--approved-by <person...>', 'as if these had approved, by name only', [])
    .option('--at <time>', 'as if it were this time, such as 2026-11-25T22:30:00Z')
    .addOption(new Option('--tlp <marking>', 'how far the case may be told').choices(TLP))
    .addOption(new Option('--pap <marking>', 'how openly it may be acted on').choices(PAP))
    .option('--json', 'print the verdict as JSON')
    .action(
      ending(async (terminal, type: string, targets: readonly string[], options: Options, self: Command) =>
        withConfig(terminal, self, (config) => show(terminal, config, type, targets, options)),
      ),
    );
  examples(explain, 'policy explain RotatePassword jo@corp.example --connector google-workspace');
}

async function show(
  terminal: Terminal,
  config: Config,
  type: string,
  targets: readonly string[],
  options: Options,
): Promise<ExitCode> {
  if (!contracts.has(type))
    return complain(terminal, [
      `no task type is called ${type}. ${didYouMean(type, [...contracts.keys()], 'task types')}`,
    ]);
  const at = options.at === undefined ? Date.now() : Date.parse(options.at);
  if (Number.isNaN(at)) return complain(terminal, ['--at: write a time such as 2026-11-25T22:30:00Z']);
  const opened = await openPolicy(policySettings(config));
  if (opened.kind === 'problems') return complain(terminal, opened.problems);
  const verdict = await opened.engine.decide({
    task: 'explained',
    type,
    targets,
    connector: options.connector,
    severity: options.severity,
    reversibility: options.reversibility,
    playbook: options.playbook,
    playbookVersion: options.playbookVersion,
    caseId: 'explained',
    requestedBy: options.as,
    approvals: options.approvedBy.map((by) => ({ by, assurance: 'V0', groups: [] })),
    roster: false,
    mode: config.mode,
    at,
    startedAt: at,
    marking: { tlp: options.tlp ?? null, pap: options.pap ?? null },
    reaches: [],
  });
  if (options.json === true) printJson(terminal, verdict);
  else terminal.out.write(renderVerdict(verdict, terminal.out));
  return exitOf(verdict);
}

function exitOf({ effect }: Verdict): ExitCode {
  return effect === 'deny' ? EXIT.notDone : EXIT.done;
}
