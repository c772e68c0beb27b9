/**
 * Station 6: claim the key, record the intent, call, record what came of it.
 *
 * A1 No connector is called before its intent is durable under the claim it was begun with.
 * A2 An attempt of which nobody knows what became is repeated only where the action says a repeat is safe.
 * A3 With a card, what runs is what the card's stored bytes say.
 * A4 Policy is asked again before every attempt, and its no is the last word.
 */
import { canonical } from '../workflows/audit/canonical.ts';
import type { RemoteActivities } from '../workflows/activities.ts';
import { isObject, type Json, type JsonObject } from '../workflows/language/json.ts';
import type { Call, Result, RunRef } from '../workflows/ports.ts';
import type { StampedFact } from '../workflows/walk/fact.ts';
import type { Fault } from '../workflows/walk/outcome.ts';
import { blotted } from './blotted.ts';
import { createClaiming, type Claiming } from './claiming.ts';
import type { Answer, Performance } from './connectors/connector.ts';
import { conclude, type Attempt } from './conclusion.ts';
import { inputsDigest } from './keys.ts';
import { keepTrying } from './keep-trying.ts';
import { lastLook, refuse } from './last-look.ts';
import { withoutCall } from './no-call.ts';
import { overLimit } from './over-limit.ts';
import { createPins } from './pins.ts';
import { callContext, performanceOf, type Begun } from './performing.ts';
import { appendFacts } from './record.ts';
import { SecretUnavailable } from './secrets/unavailable.ts';
import { UNDO } from './catalogue/undo.ts';
import { instructionsFor, pageSomebody } from './undo/by-hand.ts';
import { keptOf, takesBackOf } from './undo/effect.ts';
import type { Pulse, World } from './world.ts';

type Input = {
  readonly run: RunRef;
  readonly facts: readonly StampedFact[];
  readonly call: Call;
  readonly at: number;
};

export function createAct(world: World): RemoteActivities['act'] {
  const pins = createPins(world);
  return async ({ run, facts, call, at }: Input) => {
    const from = elapsed();
    const performance = performanceOf(world, call.question);
    const objection = performance === undefined ? noConnector(call) : await objectionTo(world, call);
    if (objection !== null || performance === undefined) {
      const receipts = await appendFacts(world, run, facts);
      return { kind: 'failed', fault: objection ?? noConnector(call), attempts: 0, receipts };
    }
    const takesBack = await takesBackOf(world, call.question);
    if (takesBack === null) {
      const receipts = await appendFacts(world, run, facts);
      return { kind: 'failed', fault: NO_EFFECT, attempts: 0, receipts };
    }
    const pulse = world.pulse();
    const claiming = createClaiming(world, run, call, pulse, at, takesBack);
    const looked = await lastLook(world, pins, run, call, pulse.scheduledAt ?? at);
    if (looked.kind === 'denied') return refuse(world, run, call, claiming, looked.verdict, facts, at);
    const begun = await claiming.begin(facts, world.policy.reserve(looked.inquiry));
    if (begun.kind === 'over_limit')
      return refuse(world, run, call, claiming, overLimit(begun, world.policy.set.digest), [], at);
    const result =
      begun.kind === 'begun' || (begun.kind === 'interrupted' && call.question.repeat !== 'none')
        ? await attempt(
            world,
            run,
            call,
            performance,
            claiming,
            { ...begun, redact: looked.redact, from },
            pulse,
          )
        : await withoutCall(call, claiming, begun);
    const paged = isByHand(call, result) ? await pageSomebody(world, run, call, at) : [];
    return { ...result, receipts: [...claiming.receipts(), ...paged] };
  };
}

function isByHand({ question }: Call, result: Result): boolean {
  return question.type === UNDO && result.kind === 'action_required';
}

const NO_EFFECT: Fault = {
  code: 'no_effect',
  message: 'the store knows no such effect: it was taken back before and has been made anew since',
};

/** What the approved card and the call disagree on; null when they agree or no card was due. */
async function objectionTo(world: World, call: Call): Promise<Fault | null> {
  const { question } = call;
  if (inputsDigest(question.type, question.connector, question.inputs) !== call.inputsDigest)
    return { code: 'inputs_changed', message: 'the inputs are not those that were judged' };
  if (call.card === null) return null;
  const text = await world.ledger.get('card', call.card);
  const body: unknown = text === null ? null : JSON.parse(text);
  const same =
    isObject(body) &&
    body['task'] === question.task &&
    body['type'] === question.type &&
    body['connector'] === question.connector &&
    canonical(body['inputs'] ?? null) === canonical(question.inputs) &&
    canonical(body['targets'] ?? null) === canonical([...call.targets]);
  return same
    ? null
    : { code: 'card_mismatch', message: 'the approved card does not say what this call would do' };
}

function noConnector({ question }: Call): Fault {
  return {
    code: 'no_connector',
    message: `this worker has no ${question.connector} that performs ${question.type}`,
  };
}

/** Beats this often while the connector works; three fit into the server's patience. */
const BEAT_MS = 2_000;
/** Looking, claiming and recording before the call took longer than usual, so the server is told that we are at it. */
const SOON_MS = 1_000;

interface Started extends Begun {
  readonly redact: readonly string[];
  /** When the activity began, as `elapsed` counts. */
  readonly from: number;
}

/** Milliseconds, of a clock that is never set. */
const elapsed = (): number => performance.now();

async function attempt(
  world: World,
  run: RunRef,
  call: Call,
  performance: Performance,
  claiming: Claiming,
  begun: Started,
  pulse: Pulse,
): Promise<Result> {
  const timeout = AbortSignal.timeout(call.timeoutMs);
  const signal = AbortSignal.any([pulse.signal, timeout]);
  const context = callContext(world, run, call.question, pulse, signal, begun);
  // The start was a sign of life; a call that is over soon needs no second one, which would be a request to the server.
  if (elapsed() - begun.from > SOON_MS) pulse.beat();
  const beating = setInterval(() => pulse.beat(), BEAT_MS);
  try {
    const answer = await answerOf(world, performance, call.question.inputs, context);
    const tried: Attempt = {
      number: begun.attempt,
      cancelled: pulse.cancelled(),
      repeat: call.question.repeat,
      reads: call.question.reversibility === 'none',
      retry: call.retry,
      output: world.contracts.get(call.question.type)?.output,
      redact: begun.redact,
      ...(call.question.type === UNDO ? { byHand: (fault) => instructionsFor(call, fault) } : {}),
    };
    const { end, say } = conclude(answer, tried, world.redact);
    const kept = keptOf(answer, performance, call, world.redact);
    await keepTrying(() => claiming.finish(begun.fence, { ...end, kept }), pulse);
    return say();
  } finally {
    clearInterval(beating);
  }
}

/** A connector that throws has not said whether it acted, so nobody knows. Its message stays here. */
async function answerOf(
  world: World,
  performance: Performance,
  inputs: JsonObject,
  context: Parameters<Performance['perform']>[1],
): Promise<Answer<Json>> {
  try {
    return blotted(await performance.perform(inputs, context), world.redact);
  } catch (error) {
    if (error instanceof SecretUnavailable)
      return error.mayPass
        ? { kind: 'try_again', because: 'unavailable', fault: error.fault }
        : { kind: 'refused', fault: error.fault };
    const kind = error instanceof Error ? error.name : typeof error;
    return {
      kind: 'unknown',
      fault: { code: 'connector_threw', message: world.redact(`the connector broke off (${kind})`) },
    };
  }
}
