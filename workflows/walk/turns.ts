/**
 * Whose turn it is. Keeps count of unsettled needs, so that each settlement costs only its dependents,
 * whatever the size of the graph.
 */
import type { Plan, PlannedTask } from '../language/plan.ts';
import type { RunState } from './state.ts';
import { recordOf } from './state.ts';

export interface Turns {
  /** The next task that may start now, or null. Each task is handed out once. */
  next(): PlannedTask | null;
  /** Its needs may now be settled. */
  settled(task: string): void;
  running(task: PlannedTask): void;
  /** It waits for a person, or has ended: it no longer holds the barrier. */
  stopped(task: PlannedTask): void;
  inFlight(): number;
  /** Hands out all the tasks that had no turn yet, whatever they need. */
  takeRest(): readonly PlannedTask[];
}

/** More at once only queues on the server, which refuses 2,000 open activities; its advice is to stay at 500. */
const MOST_IN_FLIGHT = 500;

export function createTurns(plan: Plan, state: RunState): Turns {
  const left = new Map<string, number>();
  const dependents = new Map<string, PlannedTask[]>();
  /** Ready tasks by layer, in declaration order within a layer. */
  const ready: PlannedTask[][] = plan.layers.map(() => []);
  const runningIn = new Map<number, number>();
  const handedOut = new Set<string>();
  let flying = 0;

  for (const task of plan.tasks) {
    const record = recordOf(state, task.name);
    if (record.outcome !== null || record.phase === 'waiting') handedOut.add(task.name);
    let open = 0;
    for (const need of task.needs) {
      if (recordOf(state, need.task).outcome === null) open += 1;
      const list = dependents.get(need.task);
      if (list === undefined) dependents.set(need.task, [task]);
      else list.push(task);
    }
    left.set(task.name, open);
    if (open === 0 && !handedOut.has(task.name)) ready[task.layer]?.push(task);
  }

  const lowestRunning = (): number => Math.min(...runningIn.keys(), Number.POSITIVE_INFINITY);
  /** THE predicate in which the two walks differ. */
  const mayStart = (layer: number): boolean => plan.walk === 'ready' || layer <= lowestRunning();

  let lowestReady = 0;
  return {
    next() {
      if (flying >= MOST_IN_FLIGHT) return null;
      while (lowestReady < ready.length && ready[lowestReady]?.length === 0) lowestReady += 1;
      if (lowestReady >= ready.length || !mayStart(lowestReady)) return null;
      const task = ready[lowestReady]?.shift() ?? null;
      if (task !== null) handedOut.add(task.name);
      return task;
    },
    settled(name) {
      for (const task of dependents.get(name) ?? []) {
        const open = (left.get(task.name) ?? 0) - 1;
        left.set(task.name, open);
        if (open > 0 || handedOut.has(task.name)) continue;
        ready[task.layer]?.push(task);
        lowestReady = Math.min(lowestReady, task.layer);
      }
    },
    running(task) {
      flying += 1;
      runningIn.set(task.layer, (runningIn.get(task.layer) ?? 0) + 1);
    },
    stopped(task) {
      flying -= 1;
      const others = (runningIn.get(task.layer) ?? 0) - 1;
      if (others <= 0) runningIn.delete(task.layer);
      else runningIn.set(task.layer, others);
    },
    inFlight: () => flying,
    takeRest() {
      const rest = plan.tasks.filter((task) => !handedOut.has(task.name));
      for (const task of rest) handedOut.add(task.name);
      for (const layer of ready) layer.length = 0;
      return rest;
    },
  };
}
