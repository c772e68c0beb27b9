/** Task types that exist only in a rehearsal, and the connector that pretends to perform everything. */
import { z } from 'zod';
import type { TaskContract } from '../../activities/catalogue/task-type.ts';
import type {
  Answer,
  CallContext,
  Connector,
  Performance,
  Undo,
  Undone,
} from '../../activities/connectors/connector.ts';
import type { JsonObject } from '../../workflows/language/json.ts';
import type { Clock } from './clock.ts';
import { durationMs, type Rehearsal, type ScriptedAnswer } from './script.ts';

const SHAPES = {
  any: z.json(),
  string: z.string(),
  number: z.number(),
  list: z.array(z.json()),
  object: z.record(z.string(), z.json()),
} as const;

type Shape = { readonly [name: string]: keyof typeof SHAPES };

function shape(fields: Shape): z.ZodType {
  return z.strictObject(
    Object.fromEntries(Object.entries(fields).map(([name, kind]) => [name, SHAPES[kind].optional()])),
  );
}

export function fixtureContracts(types: Rehearsal['types']): readonly TaskContract[] {
  return Object.entries(types).map(([name, type]) => ({
    name,
    summary: 'exists only in this rehearsal',
    input: shape(type.input),
    output: shape(type.output),
    targets: () => ['rehearsal'],
  }));
}

/** Everything the scripted connector was asked to do, in order. */
export interface Callbook {
  readonly calls: { readonly task: string; readonly input: JsonObject; readonly key: string }[];
}

interface Scripted {
  readonly rehearsal: Rehearsal;
  readonly clock: Clock;
  readonly callbook: Callbook;
  readonly start: number;
}

/** Performs every type named, as the script says for the task that asks. */
export function scriptedConnector(
  name: string,
  types: readonly { readonly type: string; readonly like: Pick<Performance, 'reversibility' | 'repeat'> }[],
  scripted: Scripted,
): Connector {
  const performs: { [type: string]: Performance } = {};
  for (const { type, like } of types)
    performs[type] = {
      ...like,
      timeoutMs: 30_000,
      scopes: [],
      perform: (input, call) => answerFor(scripted, input, call),
      ...(like.reversibility === 'A' || like.reversibility === 'B'
        ? { undo: undoFor(scripted, like.reversibility) }
        : {}),
      check: async (_input, call) => checkFor(scripted, call),
    };
  return { name, performs };
}

function linesFor(rehearsal: Rehearsal, task: string): readonly ScriptedAnswer[] {
  const script = rehearsal.connectors[task];
  if (script === undefined) return [];
  return Array.isArray(script) ? script : [script];
}

async function answerFor(
  scripted: Scripted,
  input: JsonObject,
  call: CallContext,
): Promise<Answer<JsonObject>> {
  const { rehearsal, clock, callbook } = scripted;
  const spoken = callbook.calls.filter((earlier) => earlier.task === call.task).length;
  callbook.calls.push({ task: call.task, input, key: call.key });
  const lines = linesFor(rehearsal, call.task);
  const line = lines[Math.min(spoken, lines.length - 1)];
  if (line === undefined)
    return {
      kind: 'refused',
      fault: { code: 'nothing_scripted', message: `connectors says nothing of ${call.task}` },
    };
  if ('takes' in line && line.takes !== undefined) await clock.sleep(durationMs(line.takes));
  return speak(line);
}

/** Puts back whatever was saved, unless the script says something else of the task that undoes it. */
function undoFor(scripted: Scripted, of: 'A' | 'B'): Undo {
  return {
    class: of,
    describe: (saved) => `it is as before: ${JSON.stringify(saved)}`,
    async perform(saved, call) {
      if (linesFor(scripted.rehearsal, call.task).length === 0) {
        scripted.callbook.calls.push({ task: call.task, input: saved, key: call.key });
        return { kind: 'done', output: { changed: true, now: 'it is as before' } };
      }
      const answer = await answerFor(scripted, saved, call);
      if (answer.kind === 'done') return { kind: 'done', output: undoneOf(answer.output) };
      return answer.kind === 'action_required' ? { ...answer, onceDone: undoneOf(answer.onceDone) } : answer;
    },
  };
}

function undoneOf({ changed, now }: JsonObject): Undone {
  return { changed: changed !== false, now: typeof now === 'string' ? now : 'it is as before' };
}

function speak(line: ScriptedAnswer): Answer<JsonObject> {
  if ('output' in line)
    return { kind: 'done', output: line.output, ...(line.saved === undefined ? {} : { undo: line.saved }) };
  if ('refused' in line)
    return { kind: 'refused', fault: { code: line.code ?? 'refused', message: line.refused } };
  if ('unknown' in line) return { kind: 'unknown', fault: { code: 'unknown', message: line.unknown } };
  if ('throws' in line) throw new Error(line.throws);
  if ('try_again' in line) {
    const fault = { code: line.try_again, message: `scripted: ${line.try_again}` };
    const wait = line.after === undefined ? {} : { afterMs: durationMs(line.after) };
    return { kind: 'try_again', because: line.try_again, fault, ...wait };
  }
  return { kind: 'action_required', instructions: line.action_required, onceDone: line.once_done };
}

function checkFor({ rehearsal, clock, start }: Scripted, call: CallContext): JsonObject | null {
  for (const line of linesFor(rehearsal, call.task))
    if ('action_required' in line && line.done_after !== undefined)
      return clock.now() - start >= durationMs(line.done_after) ? line.once_done : null;
  return null;
}
