/**
 * Anybody may send a signal under a name that Temporal keeps for itself, and the SDK throws on it, which fails
 * the workflow task again and again. Renamed before it is handed in, it is recorded and ignored like any other.
 */
import type { WorkflowInterceptors } from '@temporalio/workflow';

const RESERVED = '__temporal_';

export function interceptors(): WorkflowInterceptors {
  return {
    internals: [
      {
        activate(input, next) {
          for (const { signalWorkflow: signal } of input.activation.jobs ?? [])
            if (signal?.signalName?.startsWith(RESERVED))
              signal.signalName = `reserved: ${signal.signalName}`;
          next(input);
        },
      },
    ],
  };
}
