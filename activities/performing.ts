/** What a connector is handed when it is asked to perform. */
import type { Json } from '../workflows/language/json.ts';
import type { Question, RunRef } from '../workflows/ports.ts';
import { UNDO } from './catalogue/undo.ts';
import type { CallContext, Performance } from './connectors/connector.ts';
import { callKey, claimKey } from './keys.ts';
import { performanceIn, undoPerformance } from './undo/performance.ts';
import type { Pulse, World } from './world.ts';

export function performanceOf(
  world: World,
  question: Pick<Question, 'connector' | 'type' | 'inputs'>,
): Performance | undefined {
  if (question.type === UNDO) return undoPerformance(world, question);
  return performanceIn(world.connectors.get(question.connector), question.type);
}

/** An undo acts for the playbook whose effect it takes back: secrets are bound to that one. */
function playbookOf({ playbook }: RunRef, { type, inputs }: Question): string {
  const original = inputs['playbook'];
  return type === UNDO && typeof original === 'string' ? original : playbook;
}

/** A reference that came in as an input is read as such: a playbook cannot pass a connector its own credential. */
function readerOf({ connector, inputs }: Question, reference: string): string {
  return holds(inputs, reference) ? `${connector}:inputs` : connector;
}

/** At any depth: an input may be a list of headers. */
function holds(value: Json, text: string): boolean {
  if (typeof value !== 'object' || value === null) return value === text;
  return Object.values(value).some((inner) => holds(inner, text));
}

/** Which attempt of the call it is, and how the claim counts it. */
export interface Begun {
  readonly attempt: number;
  readonly fence: number;
}

export function callContext(
  world: World,
  run: RunRef,
  question: Question,
  pulse: Pulse,
  signal: AbortSignal,
  { attempt, fence }: Begun,
): CallContext {
  return {
    // An undo is one call for ever: its claim names a single effect.
    key: callKey(claimKey(question, run), question.type === UNDO ? 0 : fence - attempt),
    caseId: run.caseId,
    task: question.task,
    run,
    attempt,
    signal,
    heartbeat: () => pulse.beat(),
    secret: (reference, host) =>
      world.secret(reference, readerOf(question, reference), {
        playbook: playbookOf(run, question),
        ...(host === undefined ? {} : { host }),
      }),
    keepSecret: (name, make) => world.keepSecret(name, make),
  };
}
