/** The whole story on this machine: something is broken into, and a playbook contains it. */
import type { Command } from 'commander';
import { runDemo, type DemoOptions } from '../demo/demo.ts';
import { PROVIDERS } from '../demo/email.ts';
import { SCENARIOS } from '../demo/scenario.ts';
import { SITES } from '../demo/site.ts';
import { ending, examples } from '../command.ts';
import { EXIT } from '../exit.ts';
import { oneLine } from '../render/text.ts';
import { complain } from '../terminal.ts';

interface Options {
  readonly provider?: string;
  readonly site?: string;
  readonly yes?: boolean;
  readonly approve: boolean;
  readonly keep?: boolean;
  readonly json?: boolean;
}

export function command(program: Command): void {
  const demo = program
    .command('demo')
    .description(
      `Starts a Temporal server, simulated providers or devices (for root on Linux real ones) and a worker, breaks into a mailbox, a host or a router, and runs its playbook: policy before every task, approvals as signals, each effect made once, and a record that verifies.`,
    )
    .argument('[name]', `what is broken into: ${listed(SCENARIOS)}`, SCENARIOS[0])
    .option('--provider <name>', `whose mailbox: ${listed(PROVIDERS)} (default: ${PROVIDERS[0]})`)
    .option(
      '--site <kind>',
      `on what devices: ${listed(SITES)} (default: real ones in namespaces, for root on Linux with their programs installed)`,
    )
    .option('--yes', 'let demo approvers answer instead of asking (also without a terminal)')
    .option('--no-approve', 'stop at the first card; exit code 3')
    .option('--keep', 'leave everything running and print the command that approves the next card')
    .option('--json', 'print one JSON object: status, tasks, approvals, provider_changes, audit')
    .action(
      ending(async (terminal, name: string, options: Options) => {
        const scenario = SCENARIOS.find((one) => one === name);
        const provider = PROVIDERS.find((one) => one === (options.provider ?? PROVIDERS[0]));
        if (scenario === undefined)
          return complain(terminal, [`no demo is called ${oneLine(name)}; choose ${listed(SCENARIOS)}`]);
        if (options.provider !== undefined && scenario !== 'email')
          return complain(terminal, ['--provider: only the demo email has providers to choose from']);
        if (provider === undefined)
          return complain(terminal, [`--provider: must be ${listed(PROVIDERS)}`], EXIT.usage);
        const site = SITES.find((one) => one === options.site) ?? null;
        if (options.site !== undefined && site === null)
          return complain(terminal, [`--site: must be ${listed(SITES)}`]);
        if (site !== null && scenario === 'email')
          return complain(terminal, ['--site: only the demos device and router have devices']);
        return runDemo(terminal, settingsOf(options, { scenario, provider, site }));
      }),
    );
  examples(
    demo,
    'demo',
    'demo device --yes',
    'demo router --site simulated',
    'demo --provider microsoft-graph',
    'demo --keep',
  );
}

function listed(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1) ?? ''}`;
}

function settingsOf(
  options: Options,
  chosen: Pick<DemoOptions, 'scenario' | 'provider' | 'site'>,
): DemoOptions {
  const watched = process.stdin.isTTY && process.stderr.isTTY && options.json !== true;
  const asking = watched && options.yes !== true ? 'person' : 'demo';
  const byHand = options.keep === true && options.yes !== true ? 'nobody' : asking;
  return {
    ...chosen,
    approver: options.approve ? byHand : 'stop',
    keep: options.keep === true,
    json: options.json === true,
  };
}
