/** The demo's frame: everything is put up, the story is told, and everything is taken down again. */
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Simulator } from '../../simulators/simulator.ts';
import { quietRuntime } from '../../worker/main.ts';
import { openBundle } from '../../worker/bundle.ts';
import { verdictJson } from '../audit/verdict-text.ts';
import { EXIT, exitOfRun, type ExitCode } from '../exit.ts';
import { openPlayground, type Playground } from '../playground/playground.ts';
import { openServer, type OpenServer } from '../server/open.ts';
import { isFree } from '../server/ports.ts';
import type { StartOptions } from '../server/start.ts';
import { printJson, type Terminal } from '../terminal.ts';
import { conduct, PLAYBOOK, type Told } from './conduct.ts';
import { showDenial } from './denial.ts';
import { carryAway } from './record.ts';
import { renderEnding, type Ending } from './ending.ts';
import { PEOPLE, REQUESTER } from './voting.ts';

export interface DemoOptions {
  readonly provider: 'google-workspace' | 'microsoft-graph';
  /** Who answers cards: the demo, whoever sits at the terminal, nobody (the cards' commands are printed), or stop there. */
  readonly approver: 'demo' | 'person' | 'nobody' | 'stop';
  readonly keep: boolean;
  readonly json: boolean;
}

/** Accounts of the shipped asset list, one per provider. */
const VICTIM = {
  'google-workspace': 'alice@corp.example',
  'microsoft-graph': 'bob@contoso.example',
} as const;

export async function runDemo(terminal: Terminal, options: DemoOptions): Promise<ExitCode> {
  const { err } = terminal;
  const say = (text: string): void => void (options.json || err.write(`${text}\n`));
  const folder = mkdtempSync(join(tmpdir(), 'cordon-demo-'));
  quietRuntime((line) => err.write(`${line}\n`));
  say('starting a Temporal server, simulated providers and a worker on this machine');
  const bundling = openBundle();
  const server = await openServer(await usualPorts(options.keep));
  const playground = await openPlayground({
    folder,
    mode: 'production',
    people: PEOPLE,
    policies: strictPolicies(folder),
    address: server.kind === 'ours' ? server.address : (server.connectionOptions.address ?? ''),
    connectionOptions: server.connectionOptions,
    namespace: server.namespace,
    bundle: await bundling,
    graceMs: 2_000,
    log: (line) => err.write(`${line}\n`),
  });
  try {
    return await tell(terminal, options, say, server, playground);
  } finally {
    await playground.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Accounts that no playbook may touch, of the same list. */
const PROTECTED = {
  'google-workspace': 'ceo@corp.example',
  'microsoft-graph': 'break-glass@contoso.example',
} as const;

/** The shipped policies, and two persons for what cannot be undone. */
function strictPolicies(folder: string): string {
  const policies = join(folder, 'policies');
  cpSync(fileURLToPath(new URL('../../policies', import.meta.url)), policies, { recursive: true });
  writeFileSync(join(policies, 'two-persons.cedar'), TWO_PERSONS);
  return policies;
}

const TWO_PERSONS = `@id("two-for-a-password")
@reason("a password that was changed cannot be given back, so two persons agree to it")
@obligation("approval:2")
forbid (principal, action == Action::"RotatePassword", resource)
unless { context.approvals >= 2 };
`;

/** The usual ports where they are free, so that the commands shown on cards work as they stand. */
async function usualPorts(withUi: boolean): Promise<StartOptions> {
  const port = (await isFree(USUAL_PORT)) ? { port: USUAL_PORT } : {};
  const uiPort = withUi && (await isFree(USUAL_UI_PORT)) ? { uiPort: USUAL_UI_PORT } : {};
  return { ...port, ...uiPort, headless: !withUi };
}

const USUAL_PORT = 7233;
const USUAL_UI_PORT = 8233;

async function tell(
  terminal: Terminal,
  options: DemoOptions,
  say: (text: string) => void,
  server: OpenServer,
  playground: Playground,
): Promise<ExitCode> {
  const victim = VICTIM[options.provider];
  const provider: Simulator = options.provider === 'google-workspace' ? playground.google : playground.graph;
  provider.seedAttacker(victim);
  const before = provider.describe(victim);
  say(
    `an intruder is in ${victim} (${options.provider}): rules that hide and forward mail, a third-party grant, open sessions`,
  );
  if (options.keep && server.kind === 'ours') say(`Temporal UI: ${server.uiUrl ?? 'none'}`);
  const told = await conduct({ terminal, options, say, server, playground, provider, victim });
  const denial =
    told.kind === 'ended'
      ? await showDenial(
          playground,
          PLAYBOOK,
          `${told.report.case_id}-P`,
          PROTECTED[options.provider],
          REQUESTER,
        )
      : null;
  // A worker that ends signs what there is; one that is kept does so within a second.
  if (!options.keep) await playground.stopWorker();
  const record = await carryAway(playground.config);
  const ending: Ending = {
    provider: options.provider,
    victim,
    told,
    denial,
    before,
    after: provider.describe(victim),
    effects: provider.effects(),
    mails: playground.mail.messages().map(({ to, subject }) => ({ to, subject })),
    record,
  };
  if (options.json) printJson(terminal, jsonOf(ending));
  else terminal.out.write(renderEnding(ending, terminal.out));
  if (options.keep) await untilStopped(say);
  return exitFor(told, record.verdict.kind === 'verified');
}

function exitFor(told: Told, verified: boolean): ExitCode {
  if (!verified) return EXIT.failed;
  return told.kind === 'stopped' ? EXIT.notDone : exitOfRun(told.report.status);
}

function jsonOf({ told, denial, effects, record }: Ending): object {
  return {
    status: told.report.status,
    tasks: told.report.tasks,
    approvals: told.approvals,
    forgery: told.forgery,
    denial,
    provider_changes: effects,
    audit: verdictJson(record.folder, record.verdict),
  };
}

async function untilStopped(say: (text: string) => void): Promise<void> {
  say('everything is left running; Ctrl-C ends it');
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
}
