/**
 * The workflow behind every playbook: one default export serves every workflow type, and the type's name
 * is the playbook's id. It fetches the plan, binds the walk to Temporal, and returns the report.
 */
import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  makeContinueAsNewFunc,
  setDefaultSignalHandler,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { PlanReply, StartInput } from './activities.ts';
import { createBillboard } from './billboard.ts';
import { hangDoorbell } from './doorbell.ts';
import { isObject } from './language/json.ts';
import { createMailbox } from './mailbox.ts';
import { undoAfterFailure } from './on-failure.ts';
import { approvalsQuery, DESCRIPTIONS, statusQuery } from './messages.ts';
import type { Message, Reply, RunRef } from './ports.ts';
import { createTemporalPorts, short } from './temporal-ports.ts';
import { fitting, reportOf, type RunReport } from './walk/report.ts';
import { closedTo } from './walk/opening.ts';
import { freshState, type RunState } from './walk/state.ts';
import { createWalk, type Walk } from './walk/walk.ts';

/** What a continued run takes over from the one before it. */
export interface Carried {
  readonly digest: string;
  readonly state: RunState;
  readonly requestedBy: string;
  readonly startedBy?: string;
  readonly startedAt: number;
  readonly unheard: readonly Message[];
}

const MOVED_ON: Reply = {
  counted: false,
  code: 'not_open',
  reason: 'the run moved on; look at approvals again',
};
/** Not weighed yet, but not lost either: the continued run hears it first. */
const CARRIED_OVER: Reply = {
  counted: false,
  code: 'carried_over',
  reason: 'the run is being continued and takes this along; look at approvals again before repeating it',
};

type Planned = Extract<PlanReply, { readonly kind: 'plan' }>;

export default async function playbook(input: StartInput, carried?: Carried): Promise<RunReport> {
  const mailbox = createMailbox();
  const early: { readonly kind: string; readonly code: string; readonly task: string | null }[] = [];
  let walk: Walk | null = null;
  let state: RunState | null = carried?.state ?? null;
  const ignored = (kind: string, code: string, task: string | null): void => {
    if (walk === null) early.push({ kind, code, task });
    else walk.ignored({ kind, code, task });
  };
  hangDoorbell(mailbox, { closedTo: (message) => closedTo(message, state), ignored });
  setDefaultSignalHandler((name) => ignored(name.slice(0, 64), 'unknown_signal', null));
  for (const message of carried?.unheard ?? []) mailbox.put({ message, reply: () => {} });

  let cancelled = false;
  const calls = new CancellationScope({ cancellable: true });
  CancellationScope.current().cancelRequested.catch(() => {
    cancelled = true;
    calls.cancel();
  });

  return CancellationScope.nonCancellable(async () => {
    const planned = await fetchPlan(input, carried?.digest ?? null);
    const { plan } = planned.sealed;
    const run = runRef(input, planned, carried);
    state ??= freshState(plan, Date.now());
    const board = createBillboard(plan, run, state, planned.searchable);
    setHandler(statusQuery, board.report, { description: DESCRIPTIONS.status });
    setHandler(approvalsQuery, board.open, { description: DESCRIPTIONS.approvals });
    if (planned.preview === true) return fitting(reportOf(plan, run, state, isoTime));
    const ports = createTemporalPorts({
      run,
      mailbox,
      calls,
      pollMs: planned.pollMs,
      continueAfterEvents: planned.continueAfterEvents,
      queues: planned.queues ?? {},
      cancelled: () => cancelled,
      refresh: board.refresh,
    });
    walk = createWalk({ plan, run, context: planned.context, ports, state });
    for (const message of early) walk.ignored(message);
    board.refresh();
    const end = await walk.run();
    const unheard = mailbox.drain();
    const moved = end === 'suspended' ? CARRIED_OVER : MOVED_ON;
    for (const letter of unheard) letter.reply(moved);
    await condition(allHandlersFinished);
    if (end === 'suspended')
      return continueRun(
        input,
        planned,
        run,
        state,
        unheard.map((letter) => letter.message),
      );
    board.refresh();
    const stopped = cancelled;
    await undoAfterFailure(plan, run, state, board.refresh);
    if (stopped)
      throw new CancelledFailure('the run was cancelled; its record and status query tell how far it came');
    return fitting(reportOf(plan, run, state, isoTime));
  });
}

async function fetchPlan(input: StartInput, digest: string | null): Promise<Planned> {
  const { workflowId, runId, firstExecutionRunId, workflowType, startTime } = workflowInfo();
  const start: StartInput = isObject(input) ? input : { case_id: '' };
  const reply = await short.plan({
    workflowId,
    runId,
    chain: firstExecutionRunId,
    startedAt: startTime.getTime(),
    playbook: workflowType,
    input: start,
    digest,
    at: Date.now(),
  });
  if (reply.kind === 'plan') return reply;
  throw ApplicationFailure.create({
    type: 'PlaybookRefused',
    nonRetryable: true,
    message: reply.problems.join('\n'),
    details: [reply.problems],
  });
}

function runRef(input: StartInput, planned: Planned, carried: Carried | undefined): RunRef {
  const { workflowId, runId, firstExecutionRunId, startTime } = workflowInfo();
  const { plan, digest } = planned.sealed;
  return {
    workflowId,
    chain: firstExecutionRunId,
    runId,
    startedAt: carried?.startedAt ?? startTime.getTime(),
    caseId: input.case_id,
    playbook: plan.playbook.id,
    playbookVersion: plan.playbook.version,
    planDigest: digest,
    severity: plan.playbook.severity,
    requestedBy: carried?.requestedBy ?? planned.requestedBy,
    ...(planned.marking === undefined ? {} : { marking: planned.marking }),
    ...startedBy(carried === undefined ? planned : carried),
  };
}

/** Absent rather than undefined, so that runs from before it was kept stay as they are. */
function startedBy({ startedBy: by }: { readonly startedBy?: string }): { readonly startedBy?: string } {
  return by === undefined ? {} : { startedBy: by };
}

/** The server refuses more than 2 MiB of input. */
const LARGEST_CARRY = 1_900_000;

/** Typed loosely on purpose: the workflow type is the playbook's id, not this function's name. */
function continueRun(
  input: StartInput,
  planned: Planned,
  run: RunRef,
  state: RunState,
  unheard: readonly Message[],
): Promise<never> {
  const { requestedBy, startedAt } = run;
  const carry: Carried = {
    digest: planned.sealed.digest,
    state,
    requestedBy,
    ...startedBy(run),
    startedAt,
    unheard,
  };
  if (JSON.stringify(carry).length > LARGEST_CARRY)
    throw ApplicationFailure.create({
      type: 'StateTooLarge',
      nonRetryable: true,
      message:
        'the run cannot continue as a new one: what its tasks put out takes more than a run can carry over',
    });
  const next = makeContinueAsNewFunc<typeof playbook>({ workflowType: workflowInfo().workflowType });
  return next(input, carry);
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
