/** What a report says of undoing: that this run takes another one back, or is taken back itself. */
import type { Plan, UndoItem } from '../language/plan.ts';
import type { RunState, UndoStatus } from './state.ts';

export interface Undoing {
  /** Present where the run takes another one back: which, and what of it. */
  readonly undo?: {
    readonly workflow_id: string;
    readonly run_id: string;
    readonly playbook_id: string;
    readonly items: readonly UndoItem[];
  };
  /** Present where the run failed and what it did is taken back. */
  readonly on_failure?: { readonly undo: string; readonly status: UndoStatus };
}

export function undoingOf({ undo: outline }: Plan, { undo: child }: RunState): Undoing {
  return {
    ...(outline === undefined
      ? {}
      : {
          undo: {
            workflow_id: outline.workflowId,
            run_id: outline.chain,
            playbook_id: outline.playbook,
            items: outline.items,
          },
        }),
    ...(child === undefined ? {} : { on_failure: { undo: child.workflowId, status: child.status } }),
  };
}
