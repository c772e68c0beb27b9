/** Writes down what the walk decides: how a run opens, how each task ends, which layers begin and close. */
import type { Plan, PlannedTask } from '../language/plan.ts';
import type { Ports, RunRef } from '../ports.ts';
import { endOf } from './ending.ts';
import { runStatus, type Outcome } from './outcome.ts';
import type { Recorder } from './recorder.ts';
import { recordOf, type RunState } from './state.ts';

export interface Chronicle {
  open(): void;
  /** The first turn in a layer announces it. */
  turn(task: PlannedTask): void;
  /** The one place where a task gets its outcome. */
  settle(task: PlannedTask, outcome: Outcome): void;
  close(): Promise<void>;
}

export function createChronicle(
  plan: Plan,
  run: RunRef,
  state: RunState,
  recorder: Recorder,
  ports: Ports,
): Chronicle {
  return {
    open() {
      if (state.opened) return recorder.announce(null, 'run_continued', { plan: run.planDigest });
      state.opened = true;
      recorder.announce(null, 'playbook_started', {
        playbook: run.playbook,
        version: run.playbookVersion,
        plan: run.planDigest,
        requested_by: run.requestedBy,
      });
      recorder.announce(null, 'dag_validated', { layers: plan.layers.length, tasks: plan.tasks.length });
      for (const task of plan.tasks)
        recorder.announce(task.name, 'task_created', { type: task.type, layer: task.layer });
    },
    turn(task) {
      const layer = state.layers[task.layer];
      if (layer === undefined || layer.announced) return;
      layer.announced = true;
      const tasks = [...(plan.layers[task.layer] ?? [])];
      recorder.announce(null, 'layer_started', { layer: task.layer, tasks });
    },
    settle(task, outcome) {
      const record = recordOf(state, task.name);
      record.outcome = outcome;
      record.settledAt = ports.now();
      const end = endOf(outcome);
      recorder.announce(task.name, end.event, end.details);
      const layer = state.layers[task.layer];
      if (layer === undefined) return;
      layer.left -= 1;
      // A layer that a cancelled run never came to has nothing to complete.
      if (layer.left === 0 && layer.announced)
        recorder.announce(null, 'layer_completed', { layer: task.layer });
    },
    async close() {
      const statuses = plan.tasks.map((task) => {
        const { outcome } = recordOf(state, task.name);
        if (outcome === null) throw new Error(`the walk ended before ${task.name} did`);
        return outcome.status;
      });
      const status = runStatus(statuses);
      if (status === 'cancelled') recorder.announce(null, 'run_cancelled', {});
      recorder.announce(null, 'playbook_completed', { status, counts: countsOf(statuses) });
      await recorder.drain((facts) => ports.record(facts));
    },
  };
}

/** How many tasks ended which way; names in the order they first occur. */
export function countsOf(statuses: readonly string[]): { readonly [status: string]: number } {
  const counts: { [status: string]: number } = {};
  for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
