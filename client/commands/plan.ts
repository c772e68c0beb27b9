/** Shows what a run would do. Nothing is done, and no server is needed. */
import { Option, type Command } from 'commander';
import { openPolicy, type OpenedPolicy } from '../../activities/policy/index.ts';
import { PAP, TLP, type Pap, type Tlp } from '../../workflows/language/marking.ts';
import type { JsonObject } from '../../workflows/language/json.ts';
import type { Config } from '../../worker/config.ts';
import { policySettings } from '../../worker/config-policy.ts';
import { ending, examples, withConfig } from '../command.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { compileOpened } from '../planning/compile.ts';
import { partialContext } from '../planning/context.ts';
import { foresee } from '../planning/foresee.ts';
import { installed } from '../planning/installed.ts';
import { planJson } from '../planning/plan-json.ts';
import { providerOf } from '../planning/provider.ts';
import { openPlaybook } from '../playbooks.ts';
import { renderPlan } from '../render/plan.ts';
import { complain, printJson, type Terminal } from '../terminal.ts';

interface Options {
  readonly context: readonly string[];
  readonly case?: string;
  readonly provider?: string;
  readonly as: string;
  readonly tlp?: Tlp;
  readonly pap?: Pap;
  readonly json?: boolean;
}

export function command(program: Command): void {
  const plan = program
    .command('plan')
    .description('Shows layers, inputs, verdicts, approvals due and what can be undone. Nothing is done.')
    .argument('<playbook>', 'id or file')
    .option('--context <name=value...>', 'values the run would be given; the rest stays as written', [])
    .option('--case <id>', 'the case it would run for')
    .option('--provider <connector>', 'who performs what several connectors could')
    .option('--as <person>', 'who would ask for the run', 'unknown')
    .addOption(new Option('--tlp <marking>', 'how far the case may be told').choices(TLP))
    .addOption(new Option('--pap <marking>', 'how openly it may be acted on').choices(PAP))
    .option('--json', 'print the plan as JSON')
    .action(
      ending(async (terminal, name: string, options: Options, self: Command) =>
        withConfig(terminal, self, (config) => show(terminal, config, name, options)),
      ),
    );
  examples(plan, 'plan email_takeover_v1 --case CASE-7 --context target_email=jo@corp.example');
}

async function show(terminal: Terminal, config: Config, name: string, options: Options): Promise<ExitCode> {
  const opened = await openPlaybook(name, config.playbooks);
  if (opened.kind === 'problems') return complain(terminal, opened.problems);
  const { catalogue, unconfigured } = installed(config);
  const given = partialContext(opened.parsed.playbook, options.context);
  if (given.kind === 'problems') return complain(terminal, given.problems);
  const policy = await openPolicy(policySettings(config));
  const provider = options.provider ?? providerFor(policy, given.context);
  const compiled = compileOpened(opened, catalogue, provider);
  if (compiled.kind === 'problems') return complain(terminal, compiled.problems);
  const { sealed } = compiled;
  const tasks = await foresee({
    plan: sealed.plan,
    context: given.context,
    caseId: options.case ?? null,
    requestedBy: options.as,
    mode: config.mode,
    policy: policy.kind === 'policy' ? policy.engine : null,
    now: Date.now(),
    marking: { tlp: options.tlp ?? null, pap: options.pap ?? null },
  });
  if (options.json === true) printJson(terminal, planJson(sealed, tasks, unconfigured));
  else terminal.out.write(renderPlan(sealed, tasks, terminal.out));
  tell(
    terminal,
    policy,
    unconfigured.filter((one) => tasks.some(({ task }) => task.connector === one)),
  );
  return EXIT.done;
}

function providerFor(policy: OpenedPolicy, context: JsonObject): string | undefined {
  return policy.kind === 'policy' ? providerOf(context, policy.directory) : undefined;
}

function tell({ err }: Terminal, policy: OpenedPolicy, unconfigured: readonly string[]): void {
  if (policy.kind === 'problems')
    err.write(
      `no verdicts, because the policies cannot be used:\n${policy.problems.map((one) => `  ${one}\n`).join('')}`,
    );
  if (unconfigured.length > 0)
    err.write(`not configured here: ${unconfigured.join(', ')}; see cordon.example.yaml\n`);
}
