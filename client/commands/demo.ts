/** The whole story on this machine: a mailbox is broken into, and a playbook contains it. */
import type { Command } from 'commander';
import { runDemo, type DemoOptions } from '../demo/demo.ts';
import { ending, examples } from '../command.ts';
import { EXIT } from '../exit.ts';
import { complain } from '../terminal.ts';

const PROVIDERS = ['google-workspace', 'microsoft-graph'] as const;

interface Options {
  readonly provider: string;
  readonly yes?: boolean;
  readonly approve: boolean;
  readonly keep?: boolean;
  readonly json?: boolean;
}

export function command(program: Command): void {
  const demo = program
    .command('demo')
    .description(
      'Starts a Temporal server, simulated providers and a worker, breaks into a mailbox, and runs email_takeover_v1 on it: policy before every task, approvals as signals, each effect made once, and a record that verifies.',
    )
    .option('--provider <name>', PROVIDERS.join(' or '), PROVIDERS[0])
    .option('--yes', 'let demo approvers answer instead of asking (also without a terminal)')
    .option('--no-approve', 'stop at the first card; exit code 3')
    .option('--keep', 'leave everything running and print the command that approves the next card')
    .option('--json', 'print one JSON object: status, tasks, approvals, provider_changes, audit')
    .action(
      ending(async (terminal, options: Options) => {
        const provider = PROVIDERS.find((name) => name === options.provider);
        if (provider === undefined)
          return complain(terminal, [`--provider: must be ${PROVIDERS.join(' or ')}`], EXIT.usage);
        return runDemo(terminal, settingsOf(options, provider));
      }),
    );
  examples(demo, 'demo', 'demo --provider microsoft-graph --yes', 'demo --keep');
}

function settingsOf(options: Options, provider: DemoOptions['provider']): DemoOptions {
  const watched = process.stdin.isTTY && process.stderr.isTTY && options.json !== true;
  const asking = watched && options.yes !== true ? 'person' : 'demo';
  const byHand = options.keep === true && options.yes !== true ? 'nobody' : asking;
  return {
    provider,
    approver: options.approve ? byHand : 'stop',
    keep: options.keep === true,
    json: options.json === true,
  };
}
