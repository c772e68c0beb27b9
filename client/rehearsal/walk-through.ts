/** One plan walked on the stage to its end, and what the record holds of it afterwards. */
import { createActivities } from '../../activities/index.ts';
import { openedEntries } from '../../activities/stores/opened-entries.ts';
import type { World } from '../../activities/world.ts';
import type { Entry } from '../../workflows/audit/entry.ts';
import type { JsonObject } from '../../workflows/language/json.ts';
import type { Plan } from '../../workflows/language/plan.ts';
import type { RunRef } from '../../workflows/ports.ts';
import { EVENTS, type Fact } from '../../workflows/walk/fact.ts';
import { reportOf } from '../../workflows/walk/report.ts';
import { freshState } from '../../workflows/walk/state.ts';
import { createWalk } from '../../workflows/walk/walk.ts';
import type { Clock } from './clock.ts';
import type { Performed } from './rehearse.ts';
import type { Rehearsal } from './script.ts';
import type { Callbook } from './scripted-world.ts';
import { createStage, type Attempts } from './stage.ts';

interface Performance {
  readonly plan: Plan;
  readonly run: RunRef;
  readonly context: JsonObject;
  readonly world: World;
  readonly clock: Clock;
  readonly attempts: Attempts;
  readonly callbook: Callbook;
}

export async function walkThrough(
  script: Pick<Rehearsal, 'people' | 'cancel_at'>,
  { plan, run, context, world, clock, attempts, callbook }: Performance,
): Promise<Extract<Performed, { kind: 'performed' }>> {
  const began = clock.now();
  const before = callbook.calls.length;
  const state = freshState(plan, began);
  const stage = createStage(script, run, createActivities(world), clock, attempts);
  const walk = createWalk({ plan, run, context, ports: stage.ports, state });
  stage.open(walk, state);
  await clock.runUntil(walk.run());
  const facts: Fact[] = [];
  for await (const { body } of openedEntries(world.ledger, run.chain)) facts.push(factOf(body));
  const report = reportOf(plan, run, state, (ms) => new Date(ms).toISOString());
  const calls = callbook.calls.slice(before);
  return { kind: 'performed', report, facts, calls, tookMs: clock.now() - began, undone: [] };
}

function factOf({ event, task, details }: Entry['body']): Fact {
  const known = EVENTS.find((name) => name === event);
  if (known === undefined) throw new Error(`the rehearsal's record holds an unknown event ${event}`);
  return { event: known, task, details: details as JsonObject };
}
