/** A run as a report tells it: what happened when, how each task stands, who agreed, what can be taken back. */
import { hex } from '../../../workflows/audit/codec.ts';
import type { Entry } from '../../../workflows/audit/entry.ts';
import { leafHash } from '../../../workflows/audit/merkle.ts';
import { readEntry } from '../../../workflows/audit/reading.ts';
import type { Plan } from '../../../workflows/language/plan.ts';
import type { EvidenceArchive } from '../../evidence/store.ts';
import { readLine } from '../../evidence/verify.ts';
import { nodeCodec } from '../../stores/codec.ts';
import type { CallContext } from '../connector.ts';
import type { RunRecord } from './record.ts';

export interface Moment {
  readonly at: string;
  readonly event: string;
  readonly task: string | null;
  readonly note: string;
  /** Where it stands in the record, so that whoever reads the report can check it there. */
  readonly entry: number;
}

export interface TaskLine {
  readonly name: string;
  readonly type: string;
  readonly status: string;
  readonly reversibility: string;
  readonly undo: string;
}

export interface Approval {
  readonly task: string;
  readonly by: string;
  readonly assurance: string;
  readonly card: string;
  readonly at: string;
}

export interface EvidenceLine {
  readonly name: string;
  readonly task: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly at: string;
}

export interface Story {
  readonly timeline: readonly Moment[];
  readonly tasks: readonly TaskLine[];
  readonly approvals: readonly Approval[];
  readonly evidence: readonly EvidenceLine[];
  /** How whatever can be undone is taken back; null where nothing can be. */
  readonly wayBack: string | null;
  /** Index and leaf hash of the last entry that is told of. */
  readonly upTo: { readonly index: number; readonly leaf: string } | null;
}

export async function tellStory(
  record: RunRecord,
  evidence: EvidenceArchive,
  call: CallContext,
): Promise<Story> {
  const entries: Entry[] = [];
  let last: Uint8Array | null = null;
  if (call.run !== undefined)
    for await (const { bytes } of record.byRun(call.run.chain)) {
      const reading = readEntry(bytes, nodeCodec);
      if (reading.kind === 'entry') entries.push(reading.entry);
      last = bytes;
    }
  const planned = call.run === undefined ? null : await record.plan(call.run.planDigest);
  const plan = planned === null ? null : (JSON.parse(planned) as Plan);
  const tasks = plan === null ? [] : tasksOf(plan, entries, call.task);
  return {
    timeline: entries.map(momentOf),
    tasks,
    approvals: entries.flatMap(approvalOf),
    evidence: await evidenceOf(evidence, call.caseId),
    wayBack:
      call.run !== undefined && tasks.some(({ undo }) => undo === CLASSES['A'] || undo === CLASSES['B'])
        ? `cordon undo ${call.run.workflowId}`
        : null,
    upTo:
      last === null ? null : { index: entries.at(-1)?.i ?? 0, leaf: hex(leafHash(last, nodeCodec.sha256)) },
  };
}

function momentOf({ i, body }: Entry): Moment {
  const { details } = body;
  const words = ['status', 'result', 'why', 'code', 'attempt', 'connector', 'assurance', 'rules']
    .filter((name) => details[name] !== undefined && details[name] !== null)
    .map((name) => `${name} ${shown(details[name])}`);
  return { at: body.workflow_time, event: body.event, task: body.task, note: words.join(', '), entry: i };
}

/** The last status that a fact gave a task holds. */
function tasksOf(plan: Plan, entries: readonly Entry[], self: string): readonly TaskLine[] {
  const statuses = new Map<string, string>();
  for (const { body } of entries)
    if (body.task !== null && typeof body.details['status'] === 'string')
      statuses.set(body.task, body.details['status']);
  return plan.tasks.map(({ name, type, reversibility }) => {
    const status = statuses.get(name) ?? (name === self ? 'being written' : 'not settled yet');
    return { name, type, status, reversibility, undo: undoOf(name, reversibility, status, entries) };
  });
}

const CLASSES: { readonly [reversibility: string]: string } = {
  none: 'nothing was changed',
  A: 'can be undone exactly',
  B: 'can be undone with loss',
  C: 'cannot be undone',
};

/** What the connector saved says more than its class: a task that found all as wanted has nothing to take back. */
function undoOf(name: string, reversibility: string, status: string, entries: readonly Entry[]): string {
  if (status === 'indeterminate') return 'unknown: settle it before anything is undone';
  if (status !== 'completed') return '–';
  const said = CLASSES[reversibility] ?? reversibility;
  const called = entries.findLast(({ body }) => body.task === name && body.event === 'connector_called');
  if (called?.body.details['result'] !== 'done' || !TAKEN_BACK.has(reversibility)) return said;
  const { undo, saved } = called.body.details;
  if (typeof undo !== 'string') return 'nothing to undo: it found all as wanted';
  return saved === null ? 'cannot be undone: how it was before could not be kept' : (CLASSES[undo] ?? undo);
}

const TAKEN_BACK: ReadonlySet<string> = new Set(['A', 'B']);

function approvalOf({ body }: Entry): readonly Approval[] {
  if (body.event !== 'vote_counted' && body.event !== 'task_approved' && body.event !== 'task_rejected')
    return [];
  const { by, assurance, card } = body.details;
  return [
    {
      task: body.task ?? '',
      by: `${shown(by)}${body.event === 'task_rejected' ? ' (rejected)' : ''}`,
      assurance: shown(assurance),
      card: shown(card),
      at: body.workflow_time,
    },
  ];
}

/**
 * A person's name stands in the record as a commitment, so that it can be erased; a report is kept for good and must
 * not bring it back. The commitment says in which place beside the record the name is.
 */
function shown(value: unknown): string {
  if (value === undefined || value === null) return '–';
  if (Array.isArray(value)) return value.map(shown).join(' ');
  if (typeof value === 'string') return value;
  if (typeof value !== 'object') return JSON.stringify(value);
  const { commit } = value as { readonly commit?: unknown };
  return typeof commit === 'string'
    ? `person ${commit.slice(0, 12)} (name beside the record)`
    : 'details in the record';
}

async function evidenceOf(evidence: EvidenceArchive, caseId: string): Promise<readonly EvidenceLine[]> {
  const logs = await evidence.custody(caseId);
  return logs.flatMap(({ lines }) => lines.flatMap(lineOf));
}

/** A line that was cut short by a crash is left out; verifying the custody tells of it. */
function lineOf(bytes: Uint8Array): readonly EvidenceLine[] {
  const line = readLine(bytes);
  if (line === null) return [];
  const { name, task, sha256, bytes: size, at } = line;
  return [{ name, task, sha256, bytes: size, at }];
}
