/** Runs the playbook and plays the people: approvers, and the user with a phone in their hand. */
import { setTimeout as wait } from 'node:timers/promises';
import { signalCommand } from '../../workflows/billboard.ts';
import type { OpenItem } from '../../workflows/messages.ts';
import { signals } from '../../workflows/messages.ts';
import type { RunReport } from '../../workflows/walk/report.ts';
import type { Simulator } from '../../simulators/simulator.ts';
import type { Playground } from '../playground/playground.ts';
import { renderOpenItem } from '../render/card.ts';
import { createScreen } from '../runs/follow.ts';
import { workflowIdFor } from '../runs/names.ts';
import { readRun } from '../runs/read.ts';
import type { OpenServer } from '../server/open.ts';
import type { Terminal } from '../terminal.ts';
import type { DemoOptions } from './demo.ts';
import { askPerson } from './question.ts';

export interface GivenAnswer {
  readonly task: string;
  readonly digest: string;
  readonly decision: 'approve' | 'reject';
  readonly by: string;
}

/** `stopped`: a card is open and nobody was to answer it. */
export interface Told {
  readonly kind: 'ended' | 'stopped';
  readonly report: RunReport;
  readonly approvals: readonly GivenAnswer[];
}

export interface Conducting {
  readonly terminal: Terminal;
  readonly options: DemoOptions;
  readonly say: (text: string) => void;
  readonly server: OpenServer;
  readonly playground: Playground;
  readonly provider: Simulator;
  readonly victim: string;
}

const PLAYBOOK = 'email_takeover_v1';
const CASE = 'DEMO-1';
const REQUESTER = 'riley';
const APPROVER = 'sam';
const LOOK_EVERY_MS = 150;
/** How often the directory is asked whether the user has enrolled, seconds. */
const POLL_SECONDS = 0.5;

export async function conduct(on: Conducting): Promise<Told> {
  const { terminal, options, playground, victim, say } = on;
  const { client, config } = playground;
  const workflowId = workflowIdFor(PLAYBOOK, `${CASE}-${Date.now().toString(36)}`);
  const caseId = workflowId.slice(workflowIdFor(PLAYBOOK, '').length);
  await client.workflow.start(PLAYBOOK, {
    workflowId,
    taskQueue: config.taskQueue,
    args: [
      {
        case_id: caseId,
        context: { target_email: victim },
        options: { requested_by: REQUESTER, poll_seconds: POLL_SECONDS },
      },
    ],
  });
  say(`${REQUESTER} starts ${PLAYBOOK} for case ${caseId}\n`);
  const screen = createScreen(terminal.err, workflowId);
  const answered = new Set<string>();
  const approvals: GivenAnswer[] = [];
  for (;;) {
    const reading = await readRun(client, workflowId);
    if (reading.kind === 'refused')
      throw new Error(`the playbook was refused: ${reading.problems.join('; ')}`);
    if (reading.kind === 'ended') throw new Error(`the run ended: ${reading.how}`);
    if (reading.kind === 'report') {
      const { report, open } = reading;
      if (!options.json) screen.show(report, open);
      if (report.status !== 'running' && report.status !== 'waiting') {
        screen.clear();
        return { kind: 'ended', report, approvals };
      }
      if (options.approver === 'stop' && report.status === 'waiting') {
        screen.clear();
        showCards(on, workflowId, open);
        return { kind: 'stopped', report, approvals };
      }
      for (const item of options.approver === 'stop' ? [] : open.filter((one) => !answered.has(keyOf(one)))) {
        answered.add(keyOf(item));
        screen.clear();
        const answer = await respond(on, workflowId, item);
        if (answer !== null) approvals.push(answer);
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

async function respond(on: Conducting, workflowId: string, item: OpenItem): Promise<GivenAnswer | null> {
  showCards(on, workflowId, [item]);
  switch (item.kind) {
    case 'approval':
      return decide(on, workflowId, item);
    case 'confirmation':
      on.say(
        `${on.victim} enrols a second factor on their own phone; the next poll of the directory will see it\n`,
      );
      on.provider.enroll2FA(on.victim);
      return null;
    case 'settlement':
      on.say(`${item.task} must be settled by hand: cordon resolve ${workflowId} ${item.task}\n`);
      return null;
    case 'review':
      return null;
    default:
      return item satisfies never;
  }
}

async function decide(
  on: Conducting,
  workflowId: string,
  { task, card }: Extract<OpenItem, { readonly kind: 'approval' }>,
): Promise<GivenAnswer | null> {
  const { options, playground, say, terminal } = on;
  const { digest } = card;
  const vote = { task, digest, by: APPROVER, reason: 'the card says what the case needs' };
  if (options.approver === 'nobody') {
    say(`to approve it:\n${commandFor(on, workflowId, vote)}\n`);
    return null;
  }
  const decision = options.approver === 'person' ? await askPerson(terminal, task) : 'approve';
  await playground.client.workflow.getHandle(workflowId).signal(signals[decision], vote);
  say(`${APPROVER} sends signal ${decision} for ${task}\n`);
  return { task, digest, decision, by: APPROVER };
}

/** The very binary that runs the server, because `temporal` need not be on the PATH. */
function commandFor({ server }: Conducting, workflowId: string, vote: object): string {
  const command = signalCommand({ workflowId }, 'approve', JSON.stringify(vote));
  if (server.kind !== 'ours') return command;
  return `${command.replace(/^temporal /, `${server.binary} `)} --address ${server.address}`;
}
