/** Starts a playbook for a case, and follows it. */
import { Option, type Command } from 'commander';
import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import type { StartInput } from '../../workflows/activities.ts';
import { PAP, TLP, type Pap, type Tlp } from '../../workflows/language/marking.ts';
import type { JsonObject } from '../../workflows/language/json.ts';
import type { Config } from '../../worker/config.ts';
import { ending, examples, withConfig } from '../command.ts';
import { withTemporal } from '../connection.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { fullContext } from '../planning/context.ts';
import { openPlaybook } from '../playbooks.ts';
import { followRun } from '../runs/follow.ts';
import { faultOfCase, workflowIdFor } from '../runs/names.ts';
import { complain, printJson, type Terminal } from '../terminal.ts';
import { invocation } from '../self.ts';

interface Options {
  readonly case: string;
  readonly context: readonly string[];
  readonly as?: string;
  readonly provider?: string;
  readonly tlp?: Tlp;
  readonly pap?: Pap;
  readonly detach?: boolean;
  readonly json?: boolean;
}

export function command(program: Command): void {
  const run = program
    .command('run')
    .description(
      [
        'Starts a playbook for a case and follows it. The exit code says how it ended: 0 completed, 1 failed,',
        '3 not all was done.',
        '',
        'A case runs a playbook once at a time; starting it again while it runs ends with 3. After it has ended it',
        'may be started again: what was done under an idempotency key of the case is then skipped.',
      ].join('\n'),
    )
    .argument('<playbook>', 'id or file')
    .requiredOption('--case <id>', 'the case this run belongs to')
    .option('--context <name=value...>', 'values the playbook declares; lists and mappings as JSON', [])
    .option('--as <person>', 'who asks for the run, and therefore cannot approve it')
    .option('--provider <connector>', 'who performs what several connectors could')
    .addOption(new Option('--tlp <marking>', 'how far the case may be told').choices(TLP))
    .addOption(new Option('--pap <marking>', 'how openly it may be acted on').choices(PAP))
    .option('--detach', 'print the workflow id and do not follow')
    .option('--json', 'print the report (with --detach: the ids) as JSON')
    .action(
      ending(async (terminal, name: string, options: Options, self: Command) =>
        withConfig(terminal, self, (config) => prepare(terminal, config, name, options)),
      ),
    );
  examples(
    run,
    'run email_takeover_v1 --case CASE-7 --context target_email=jo@corp.example',
    `run router_lockdown_v1 --case CASE-8 --context router_ip=192.0.2.7 'acl_rules=["deny tcp any any"]' --detach`,
  );
}

async function prepare(
  terminal: Terminal,
  config: Config,
  name: string,
  options: Options,
): Promise<ExitCode> {
  const wrongCase = faultOfCase(options.case);
  if (wrongCase !== null) return complain(terminal, [wrongCase]);
  const opened = await openPlaybook(name, config.playbooks);
  if (opened.kind === 'problems') return complain(terminal, opened.problems);
  const { playbook } = opened.parsed;
  const given = fullContext(playbook, options.context);
  if (given.kind === 'problems') return complain(terminal, given.problems);
  return withTemporal(terminal, async ({ client }) =>
    start({ terminal, client, config, playbook: playbook.id, context: given.context, options }),
  );
}

interface Start {
  readonly terminal: Terminal;
  readonly client: Client;
  readonly config: Config;
  readonly playbook: string;
  readonly context: JsonObject;
  readonly options: Options;
}

async function start({ terminal, client, config, playbook, context, options }: Start): Promise<ExitCode> {
  const workflowId = workflowIdFor(playbook, options.case);
  const input: StartInput = {
    case_id: options.case,
    context,
    options: {
      ...(options.as === undefined ? {} : { requested_by: options.as }),
      ...(options.provider === undefined ? {} : { provider: options.provider }),
      ...(options.tlp === undefined ? {} : { tlp: options.tlp }),
      ...(options.pap === undefined ? {} : { pap: options.pap }),
    },
  };
  let runId: string;
  try {
    const handle = await client.workflow.start(playbook, {
      taskQueue: config.taskQueue,
      workflowId,
      args: [input],
      workflowIdConflictPolicy: 'FAIL',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      staticSummary: `${playbook} for ${options.case}`,
    });
    runId = handle.firstExecutionRunId;
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    return complain(
      terminal,
      [`${playbook} is already running for ${options.case}: ${invocation('follow', workflowId)}`],
      EXIT.notDone,
    );
  }
  if (options.detach === true) {
    if (options.json === true) printJson(terminal, { workflow_id: workflowId, run_id: runId });
    else terminal.out.write(`${workflowId}\n`);
    return EXIT.done;
  }
  terminal.err.write(`started ${workflowId}\n`);
  return followRun({ client, terminal, workflowId, json: options.json === true });
}
