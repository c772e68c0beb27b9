/**
 * What a run does once it has failed, where its playbook wants it: take back what it did. That is a run of its own, so
 * that it is planned from the record, judged, approved and seen like any other. It outlives this one whatever
 * happens to it: an undo that has begun is stopped by whoever stops the undo.
 */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ApplicationFailure,
  ChildWorkflowFailure,
  ParentClosePolicy,
  startChild,
  type ChildWorkflowHandle,
  type Workflow,
} from '@temporalio/workflow';
import type { StartInput } from './activities.ts';
import type { Plan } from './language/plan.ts';
import { UNDO_PLAYBOOK, undoIdFor } from './language/reserved.ts';
import type { RunRef } from './ports.ts';
import { liveStatus, type RunReport } from './walk/report.ts';
import type { RunState } from './walk/state.ts';

/** To be called when the run's end is on record. Resolves once the undo is over, and leaves in `state` how it ended. */
export async function undoAfterFailure(
  plan: Plan,
  run: RunRef,
  state: RunState,
  refresh: () => void,
): Promise<void> {
  if (plan.onFailure !== 'undo' || liveStatus(plan, state) !== 'failed') return;
  const workflowId = undoIdFor(run.workflowId);
  state.undo = { workflowId, status: 'running' };
  refresh();
  state.undo = { workflowId, status: await outcomeOf(() => start(run, workflowId)) };
  refresh();
}

function start(run: RunRef, workflowId: string): Promise<ChildWorkflowHandle<Workflow>> {
  const { caseId, chain, requestedBy, marking } = run;
  const input: StartInput = {
    case_id: caseId,
    options: {
      requested_by: requestedBy,
      ...(marking?.tlp ? { tlp: marking.tlp } : {}),
      ...(marking?.pap ? { pap: marking.pap } : {}),
    },
    undo: { workflow_id: run.workflowId, run_id: chain },
  };
  return startChild(UNDO_PLAYBOOK, {
    workflowId,
    args: [input],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    staticSummary: `undo of ${run.workflowId}`,
  });
}

type Status = NonNullable<RunState['undo']>['status'];

async function outcomeOf(begin: () => Promise<ChildWorkflowHandle<Workflow>>): Promise<Status> {
  try {
    const undo = await begin();
    const { status } = (await undo.result()) as RunReport;
    return status;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return 'under_way_already';
    if (!(error instanceof ChildWorkflowFailure)) throw error;
    const { cause } = error;
    const refused = cause instanceof ApplicationFailure && cause.type === 'PlaybookRefused';
    if (!refused) return 'ended';
    return cause.message.startsWith('nothing_to_undo') ? 'nothing_to_undo' : 'refused';
  }
}
