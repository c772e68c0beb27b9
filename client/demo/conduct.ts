/** Runs the playbook and plays the people: approvers, and whoever does what no interface can. */
import { setTimeout as wait } from 'node:timers/promises';
import { signalCommand } from '../../workflows/billboard.ts';
import type { OpenItem } from '../../workflows/messages.ts';
import type { RunReport } from '../../workflows/walk/report.ts';
import type { Playground } from '../playground/playground.ts';
import { renderOpenItem } from '../render/card.ts';
import { createScreen } from '../runs/follow.ts';
import { workflowIdFor } from '../runs/names.ts';
import { readRun } from '../runs/read.ts';
import type { OpenServer } from '../server/open.ts';
import type { Terminal } from '../terminal.ts';
import type { DemoOptions } from './demo.ts';
import { askPerson } from './question.ts';
import type { Plot } from './scenario.ts';
import { APPROVERS, cast, forge, REQUESTER, signedVote } from './voting.ts';

export interface GivenAnswer {
  readonly task: string;
  readonly digest: string;
  readonly decision: 'approve' | 'reject';
  readonly by: string;
}

/** An approval that nobody gave, and what the run said to it. */
export interface Forgery {
  readonly task: string;
  readonly code: string;
  readonly reason: string;
}

/** `stopped`: a card is open and nobody was to answer it. */
export interface Told {
  readonly kind: 'ended' | 'stopped';
  readonly workflowId: string;
  readonly report: RunReport;
  readonly approvals: readonly GivenAnswer[];
  readonly forgery: Forgery | null;
}

export interface Conducting {
  readonly terminal: Terminal;
  readonly options: DemoOptions;
  readonly say: (text: string) => void;
  readonly server: OpenServer;
  readonly playground: Playground;
  readonly plot: Plot;
}

const CASE = 'DEMO-1';
const LOOK_EVERY_MS = 150;
/** How often a provider is asked whether the last step was done, seconds. */
const POLL_SECONDS = 0.5;

/** `forging`: see `attend`. */
export async function conduct(on: Conducting, forging: boolean): Promise<Told> {
  const { playground, plot, say } = on;
  const { playbook } = plot;
  const { client, config } = playground;
  const workflowId = workflowIdFor(playbook, `${CASE}-${Date.now().toString(36)}`);
  const caseId = workflowId.slice(workflowIdFor(playbook, '').length);
  await client.workflow.start(playbook, {
    workflowId,
    taskQueue: config.taskQueue,
    args: [
      {
        case_id: caseId,
        context: plot.context,
        options: { requested_by: REQUESTER, poll_seconds: POLL_SECONDS },
      },
    ],
  });
  say(`${REQUESTER} starts ${playbook} for case ${caseId}\n`);
  return attend(on, workflowId, forging);
}

/** Answers what the run asks until it is over. `forging`: somebody tries to answer the first card in another's name. */
export async function attend(on: Conducting, workflowId: string, forging: boolean): Promise<Told> {
  const { terminal, options, playground } = on;
  const screen = createScreen(terminal.err, workflowId);
  const answered = new Set<string>();
  const approvals: GivenAnswer[] = [];
  let forgery: Forgery | null = null;
  for (;;) {
    const reading = await readRun(playground.client, workflowId);
    if (reading.kind === 'refused')
      throw new Error(`the playbook was refused: ${reading.problems.join('; ')}`);
    if (reading.kind === 'ended') throw new Error(`the run ended: ${reading.how}`);
    if (reading.kind === 'report') {
      const { report, open } = reading;
      if (!options.json) screen.show(report, open);
      if (report.status !== 'running' && report.status !== 'waiting') {
        screen.clear();
        return { kind: 'ended', workflowId, report, approvals, forgery };
      }
      if (options.approver === 'stop' && report.status === 'waiting') {
        screen.clear();
        showCards(on, workflowId, open);
        return { kind: 'stopped', workflowId, report, approvals, forgery };
      }
      for (const item of options.approver === 'stop' ? [] : open.filter((one) => !answered.has(keyOf(one)))) {
        answered.add(keyOf(item));
        screen.clear();
        if (forging && item.kind === 'approval') forgery ??= await tryForgery(on, workflowId, item);
        approvals.push(...(await respond(on, workflowId, item)));
      }
    }
    await wait(LOOK_EVERY_MS);
  }
}

function keyOf(item: OpenItem): string {
  return `${item.kind} ${item.task} ${item.kind === 'approval' ? item.card.digest : ''}`;
}

function showCards({ terminal, options }: Conducting, workflowId: string, open: readonly OpenItem[]): void {
  if (options.json) return;
  for (const item of open) terminal.err.write(`${renderOpenItem(workflowId, item, terminal.err)}\n`);
}

async function respond(on: Conducting, workflowId: string, item: OpenItem): Promise<readonly GivenAnswer[]> {
  showCards(on, workflowId, [item]);
  switch (item.kind) {
    case 'approval':
      return decide(on, workflowId, item);
    case 'confirmation':
      on.say(`${await on.plot.lastStep(workflowId, item.task)}\n`);
      return [];
    case 'settlement':
      on.say(`${item.task} must be settled by hand: cordon resolve ${workflowId} ${item.task}\n`);
      return [];
    case 'review':
      return [];
    default:
      return item satisfies never;
  }
}

/** Before anybody answers, somebody else tries to in their name. */
async function tryForgery(
  { playground, say }: Conducting,
  workflowId: string,
  { task, card }: Approval,
): Promise<Forgery> {
  const { counted, code, reason } = await forge(playground, workflowId, task, card);
  if (counted) throw new Error(`a forged approval of ${task} was counted`);
  say(
    `somebody approves ${task} in ${APPROVERS[0]}'s name with a key of their own: refused, ${reason} (${code})\n`,
  );
  return { task, code, reason };
}

/** As many persons as the card asks for, each with their own key. The first may be whoever sits at the terminal. */
async function decide(on: Conducting, workflowId: string, { task, card }: Approval): Promise<GivenAnswer[]> {
  const { options, playground, say, terminal } = on;
  const given: GivenAnswer[] = [];
  const decision = options.approver === 'person' ? await askPerson(terminal, task) : 'approve';
  for (const by of APPROVERS.slice(0, decision === 'reject' ? 1 : card.body.quorum)) {
    const vote = signedVote(playground, by, task, card, decision);
    if (options.approver === 'nobody') {
      say(`to approve it as ${by}:\n${commandFor(on, workflowId, vote)}\n`);
      continue;
    }
    await cast(playground, workflowId, decision, vote);
    say(`${by} signs the card of ${task} with their own key and sends signal ${decision}\n`);
    given.push({ task, digest: card.digest, decision, by });
  }
  return given;
}

type Approval = Extract<OpenItem, { readonly kind: 'approval' }>;

/** The very binary that runs the server, because `temporal` need not be on the PATH. */
function commandFor({ server }: Conducting, workflowId: string, vote: object): string {
  const command = signalCommand({ workflowId }, 'approve', JSON.stringify(vote));
  if (server.kind !== 'ours') return command;
  return `${command.replace(/^temporal /, `${server.binary} `)} --address ${server.address}`;
}
