/** Every command there is. A command is a file in commands/ that exports `command(program)`, and one line here. */
import type { Command as Program } from 'commander';

interface Command {
  readonly name: string;
  readonly summary: string;
  /** Its file; not read before somebody asks for the command. */
  readonly load: () => Promise<{ readonly command: (program: Program) => void }>;
}

function line(name: string, summary: string, load: Command['load']): Command {
  return { name, summary, load };
}

const PLAYBOOKS = [
  line('validate', 'check playbooks', () => import('./commands/validate.ts')),
  line('plan', 'show what a run would do; nothing is done', () => import('./commands/plan.ts')),
  line('graph', 'draw a playbook as Mermaid text', () => import('./commands/graph.ts')),
  line('rehearse', 'run rehearsals, without a server', () => import('./commands/rehearse.ts')),
  line('schema', 'print the JSON Schema of playbooks', () => import('./commands/schema.ts')),
  line('policy', 'try, explain, compare and activate policies', () => import('./commands/policy.ts')),
];

const RUNS = [
  line('run', 'start a playbook for a case, and follow it', () => import('./commands/run.ts')),
  line('follow', 'watch a run until it ends', () => import('./commands/follow.ts')),
  line('show', 'how a run stands, task by task', () => import('./commands/show.ts')),
  line('list', 'the runs there are', () => import('./commands/list.ts')),
  line('cancel', 'stop a run', () => import('./commands/cancel.ts')),
  line('undo', 'take back what a run did', () => import('./commands/undo.ts')),
];

const ANSWERS = [
  line('approvals', 'what waits for a person', () => import('./commands/approvals.ts')),
  line('approve', 'agree to exactly the card shown', () => import('./commands/approve.ts')),
  line('reject', 'refuse a card', () => import('./commands/reject.ts')),
  line('break-glass', 'in an emergency, act alone on a card', () => import('./commands/break-glass.ts')),
  line('review', 'look at what was done behind broken glass', () => import('./commands/review.ts')),
  line('withdraw', 'take an approval back', () => import('./commands/withdraw.ts')),
  line('confirm', 'say that you did a last step', () => import('./commands/confirm.ts')),
  line('resolve', 'say what became of a call', () => import('./commands/resolve.ts')),
];

const PEOPLE = [line('keys', "make an approver's key", () => import('./commands/keys.ts'))];

const RECORD = [
  line(
    'audit',
    'check the audit record, carry it away, prove one decision',
    () => import('./commands/audit.ts'),
  ),
  line('evidence', 'what is kept of a case', () => import('./commands/evidence.ts')),
  line('history', "save a run's history", () => import('./commands/history.ts')),
  line('replay', 'replay saved histories against this version', () => import('./commands/replay.ts')),
];

const OPERATION = [
  line('connectors', 'what each connector can do', () => import('./commands/connectors.ts')),
  line('secrets', 'check secrets, and keep them in the vault', () => import('./commands/secrets.ts')),
  line('worker', 'run a worker', () => import('./commands/worker.ts')),
  line('gateway', 'let people sign in and approve in a browser', () => import('./commands/gateway.ts')),
  line('witness', 'watch logs, and cosign what continues', () => import('./commands/witness.ts')),
  line('dev', 'server, simulators and worker in one process', () => import('./commands/dev.ts')),
  line('demo', 'contain a mailbox, a host or a router, start to end', () => import('./commands/demo.ts')),
];

export const GROUPS: readonly (readonly [heading: string, commands: readonly Command[]])[] = [
  ['Playbooks:', PLAYBOOKS],
  ['Runs:', RUNS],
  ['Answers:', ANSWERS],
  ['People:', PEOPLE],
  ['Record:', RECORD],
  ['Operation:', OPERATION],
];
