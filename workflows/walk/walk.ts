/**
 * The whole run: hands out turns, starts tasks, and stops when nothing moves. One loop with one waiting
 * point; everything else is one task's own story (task.ts).
 */
import type { JsonObject } from '../language/json.ts';
import type { Plan, PlannedTask } from '../language/plan.ts';
import type { Ports, RunRef } from '../ports.ts';
import { createBell } from './bell.ts';
import { createChronicle } from './chronicle.ts';
import { turnOf } from './needs.ts';
import type { Outcome } from './outcome.ts';
import { awaitReview } from './review.ts';
import { createRation } from './ration.ts';
import { createRecorder } from './recorder.ts';
import { createScope } from './scope.ts';
import { recordOf, type RunState } from './state.ts';
import type { Strand } from './strand.ts';
import { walkTask } from './task.ts';
import { createTurns } from './turns.ts';

export interface Walk {
  /** Runs until every task has ended, or until the run must continue as a new one with the same state. */
  run(): Promise<'done' | 'suspended'>;
  /** Leaves the fact of a message that could not be used. Safe at any time. */
  ignored(details: JsonObject): void;
}

export interface WalkInput {
  readonly plan: Plan;
  readonly run: RunRef;
  readonly context: JsonObject;
  readonly ports: Ports;
  /** Fresh, or carried over from the run that this one continues. */
  readonly state: RunState;
}

export function createWalk({ plan, run, context, ports, state }: WalkInput): Walk {
  const recorder = createRecorder(() => ports.now(), state.recurred);
  const turns = createTurns(plan, state);
  const chronicle = createChronicle(plan, run, state, recorder, ports);
  const scope = createScope(run, context, (task) => state.tasks[task]?.outcome);
  const bell = createBell();
  const ration = createRation((details) => {
    recorder.announce(null, 'message_ignored', details);
    bell.ring();
  });
  let strands = 0;
  let flushing = false;
  let failure: { readonly error: unknown } | null = null;

  const fail = (error: unknown): void => {
    failure ??= { error };
  };

  const settle = (task: PlannedTask, outcome: Outcome): void => {
    chronicle.settle(task, outcome);
    turns.settled(task.name);
  };

  const pin = (): string | null => state.policySet ?? null;
  const pinTo = (policySet: string): void => {
    state.policySet ??= policySet;
  };

  const strandOf = (task: PlannedTask): Strand => {
    const record = recordOf(state, task.name);
    const wait: Strand['wait'] = (waiting) => {
      const phase = waiting === null ? 'running' : 'waiting';
      if (phase !== record.phase) (phase === 'waiting' ? turns.stopped : turns.running)(task);
      record.waiting = waiting;
      record.phase = phase;
      if (waiting === null)
        for (const { kind, by } of ports.unheard(task.name))
          recorder.note(task.name, 'message_ignored', { kind, by, code: 'late' });
      bell.ring();
    };
    return { task, run, ports, recorder, record, scope, wait, pin, pinTo };
  };

  const live = async (task: PlannedTask, strand: Strand): Promise<void> => {
    try {
      const outcome = await walkTask(strand);
      if (outcome === null) return;
      if (strand.record.phase === 'running') turns.stopped(task);
      settle(task, outcome);
      void review(task);
    } catch (error) {
      fail(error);
    } finally {
      strands -= 1;
      bell.ring();
    }
  };

  /** The task itself is over, so its turn is not taken again. */
  const review = async (task: PlannedTask): Promise<void> => {
    const record = recordOf(state, task.name);
    const { unreviewed } = record;
    if (unreviewed === undefined) return;
    const wait: Strand['wait'] = (waiting) => {
      record.waiting = waiting;
      record.phase = waiting === null ? 'running' : 'waiting';
      bell.ring();
    };
    strands += 1;
    try {
      wait({ kind: 'review', ...unreviewed });
      await awaitReview({ task, run, ports, recorder, record, scope, wait, pin, pinTo });
    } catch (error) {
      fail(error);
    } finally {
      strands -= 1;
      bell.ring();
    }
  };

  const begin = (task: PlannedTask): void => {
    const strand = strandOf(task);
    const { record } = strand;
    if (record.phase === 'pending') {
      record.phase = 'running';
      turns.running(task);
    }
    strands += 1;
    void live(task, strand);
  };

  /** Gives every task its turn that may have it now: to run, or to learn that it will not. */
  const handOutTurns = (): void => {
    for (let task = turns.next(); task !== null; task = turns.next()) {
      chronicle.turn(task);
      const turn = turnOf(task, (name) => state.tasks[name]?.outcome ?? null);
      if (turn.kind === 'run') begin(task);
      else if (turn.kind === 'skip') settle(task, { status: 'skipped', why: 'needs_skipped' });
      else settle(task, { status: 'blocked', by: turn.by });
    }
  };

  /** Announced facts must not wait for the next task's call when there may be none for days. */
  const flush = (): void => {
    if (flushing || !recorder.holds()) return;
    flushing = true;
    void recorder
      .carry(null, (facts) => ports.record(facts))
      .catch(fail)
      .finally(() => {
        flushing = false;
        bell.ring();
      });
  };

  /** Takes up what waits for a person where it was left. */
  const resume = (): void => {
    for (const task of plan.tasks) {
      const { waiting } = recordOf(state, task.name);
      if (waiting?.kind === 'review') void review(task);
      else if (waiting !== null) begin(task);
    }
  };

  const unfinished = (): boolean =>
    plan.tasks.some((task) => {
      const { outcome, unreviewed } = recordOf(state, task.name);
      return outcome === null || unreviewed !== undefined;
    });

  return {
    ignored: (details) => ration.take(details),
    async run() {
      chronicle.open();
      resume();
      for (;;) {
        if (ports.cancelled()) for (const task of turns.takeRest()) settle(task, { status: 'cancelled' });
        const leaving = ports.suspendDue();
        if (!leaving) handOutTurns();
        if (strands === 0) {
          ration.settle();
          if (!leaving || !unfinished()) break;
          if (!ports.cancelled()) await recorder.drain((facts) => ports.record(facts));
          if (!ports.cancelled()) return 'suspended';
          // A continued run would not know of the cancellation: those who had left hear of it here.
          resume();
          continue;
        }
        flush();
        await bell.next();
        if (failure !== null) throw failure.error;
      }
      await chronicle.close();
      return 'done';
    },
  };
}
