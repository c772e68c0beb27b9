/**
 * A rehearsal put together by hand from the same parts, so that a test can see how much of the record was
 * durable at each call, break a part on purpose, and make the run continue as a new one.
 */
import { stringify } from 'yaml';
import { createActivities } from '../../activities/index.ts';
import type { Connector, Performance } from '../../activities/connectors/connector.ts';
import { sha256 } from '../../activities/keys.ts';
import { openedEntries } from '../../activities/stores/opened-entries.ts';
import type { World } from '../../activities/world.ts';
import { createClock } from '../../client/rehearsal/clock.ts';
import { markDone } from '../../client/rehearsal/earlier.ts';
import { durationMs, rehearsalSchema, type Rehearsal } from '../../client/rehearsal/script.ts';
import { createAttempts, createStage } from '../../client/rehearsal/stage.ts';
import { rehearsalWorld } from '../../client/rehearsal/world.ts';
import type { Activities } from '../../workflows/activities.ts';
import { canonical } from '../../workflows/audit/canonical.ts';
import { compilePlaybook } from '../../workflows/language/compile.ts';
import { checkContext } from '../../workflows/language/context.ts';
import type { JsonObject } from '../../workflows/language/json.ts';
import { parsePlaybook } from '../../workflows/language/parse.ts';
import type { Plan } from '../../workflows/language/plan.ts';
import { formatProblems } from '../../workflows/language/problem.ts';
import { sealPlan } from '../../workflows/language/seal.ts';
import type { Ports, RunRef } from '../../workflows/ports.ts';
import { EVENTS, type Fact } from '../../workflows/walk/fact.ts';
import { reportOf, type RunReport } from '../../workflows/walk/report.ts';
import { freshState, type RunState } from '../../workflows/walk/state.ts';
import { createWalk, type Walk } from '../../workflows/walk/walk.ts';

/** 2026-01-05T09:00:00Z */
const START = Date.UTC(2026, 0, 5, 9);

export interface Staging {
  /** Replaces activities, to break one on purpose. */
  readonly activities?: (real: Activities, world: World) => Activities;
  /** Changes the plan behind the compiler's back. */
  readonly plan?: (plan: Plan) => Plan;
  /** From these times on, as durations from the start, the run is due to continue as a new one. */
  readonly suspendAt?: readonly string[];
}

export interface WatchedCall {
  readonly task: string;
  readonly key: string;
  readonly answer: string;
  /** How many facts of the record were durable when the connector was called. */
  readonly durable: number;
}

export interface Staged {
  readonly plan: Plan;
  readonly report: RunReport;
  readonly facts: readonly Fact[];
  readonly calls: readonly WatchedCall[];
  /** How often the run continued as a new one. */
  readonly continued: number;
}

/** Fills in what a rehearsal file may leave out; throws for one that the format refuses. */
export function scriptOf(raw: {
  readonly playbook: JsonObject;
  readonly [field: string]: unknown;
}): Rehearsal {
  return rehearsalSchema.parse({ rehearsal: 'staged', expect: { status: 'completed' }, ...raw });
}

export async function perform(rehearsal: Rehearsal, staging: Staging = {}): Promise<Staged> {
  const clock = createClock(START);
  const attempts = createAttempts();
  const calls: WatchedCall[] = [];
  const world = watched(rehearsalWorld(rehearsal, clock, attempts, { calls: [] }), calls);
  const { plan: compiled, context } = planOf(rehearsal, world);
  const plan = staging.plan?.(compiled) ?? compiled;
  const run = runOf(rehearsal, plan);
  await markDone(rehearsal, plan, run, context, world);
  const activities = createActivities(world);
  const stage = createStage(
    rehearsal,
    run,
    staging.activities?.(activities, world) ?? activities,
    clock,
    attempts,
  );
  const due = (staging.suspendAt ?? []).map((text) => START + durationMs(text));
  const ports = suspending(stage.ports, due);
  let state: RunState = freshState(plan, clock.now());
  let walk = createWalk({ plan, run, context, ports, state });
  const current: Walk = { run: () => walk.run(), ignored: (details) => walk.ignored(details) };
  stage.open(
    current,
    stateView(() => state),
  );
  let continued = 0;
  while ((await clock.runUntil(walk.run())) === 'suspended') {
    while (due.length > 0 && (due[0] ?? 0) <= clock.now()) due.shift();
    continued += 1;
    state = JSON.parse(JSON.stringify(state)) as RunState;
    walk = createWalk({ plan, run, context, ports, state });
  }
  const facts = await factsOf(world, run.chain);
  const report = reportOf(plan, run, state, (ms) => new Date(ms).toISOString());
  return { plan, report, facts, calls, continued };
}

function runOf(rehearsal: Rehearsal, plan: Plan): RunRef {
  return {
    workflowId: `cordon-${plan.playbook.id}-${rehearsal.case}`,
    chain: 'rehearsal',
    runId: 'rehearsal',
    startedAt: START,
    caseId: rehearsal.case,
    playbook: plan.playbook.id,
    playbookVersion: plan.playbook.version,
    planDigest: sealPlan(plan, sha256, canonical).digest,
    severity: plan.playbook.severity,
    requestedBy: rehearsal.requested_by,
  };
}

function planOf(rehearsal: Rehearsal, world: World): { plan: Plan; context: JsonObject } {
  const parsed = parsePlaybook(stringify(rehearsal.playbook), 'staged.yaml');
  if (parsed.kind === 'problems') throw new Error(formatProblems(parsed.problems));
  const { playbook, locate } = parsed;
  const chosen = rehearsal.walk === undefined ? playbook : { ...playbook, walk: rehearsal.walk };
  const compiled = compilePlaybook(chosen, world.catalogue, { file: 'staged.yaml', locate });
  if (compiled.kind === 'problems') throw new Error(formatProblems(compiled.problems));
  const checked = checkContext(compiled.plan, rehearsal.context);
  if (checked.kind === 'problems') throw new Error(checked.problems[0]?.message);
  return { plan: compiled.plan, context: checked.context };
}

/** Every performance of every connector, with a witness before it. */
function watched(world: World, calls: WatchedCall[]): World {
  const watch = (performance: Performance): Performance => ({
    ...performance,
    async perform(input, call) {
      const { size } = await world.ledger.head();
      const tell = (answer: string): void => {
        calls.push({ task: call.task, key: call.key, answer, durable: size });
      };
      try {
        const answer = await performance.perform(input, call);
        tell(answer.kind);
        return answer;
      } catch (error) {
        tell('threw');
        throw error;
      }
    },
  });
  const connectors = new Map<string, Connector>();
  for (const [name, connector] of world.connectors) {
    const performs = Object.entries(connector.performs).map(([type, one]) => [type, watch(one)] as const);
    connectors.set(name, { name, performs: Object.fromEntries(performs) });
  }
  return { ...world, connectors };
}

/**
 * Due once the next time of `due` has come; who listens is told in time, unless the run was cancelled: that is
 * heard first. The caller takes times away.
 */
function suspending(ports: Ports, due: readonly number[]): Ports {
  const suspendDue = (): boolean => (due[0] ?? Infinity) <= ports.now();
  return {
    ...ports,
    suspendDue,
    async hear(task, until) {
      if (!ports.cancelled() && suspendDue()) return { kind: 'suspend' };
      const heard = await ports.hear(task, Math.min(until, due[0] ?? Infinity));
      return heard.kind === 'time' && ports.now() < until && suspendDue() ? { kind: 'suspend' } : heard;
    },
  };
}

/** The state as it is now, also once a continued run has a state of its own. */
function stateView(state: () => RunState): RunState {
  return {
    get tasks() {
      return state().tasks;
    },
    get recurred() {
      return state().recurred;
    },
    get opened() {
      return state().opened;
    },
    get layers() {
      return state().layers;
    },
    get startedAt() {
      return state().startedAt;
    },
  };
}

async function factsOf(world: World, chain: string): Promise<Fact[]> {
  const facts: Fact[] = [];
  for await (const { body } of openedEntries(world.ledger, chain)) {
    const { event, task, details } = body;
    const known = EVENTS.find((name) => name === event);
    if (known === undefined) throw new Error(`the record holds an unknown event ${event}`);
    facts.push({ event: known, task, details: details as JsonObject });
  }
  return facts;
}
