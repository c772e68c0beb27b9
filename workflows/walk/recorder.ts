/**
 * Stamps facts and sees to it that they are durable before anything that follows from them.
 *
 * R1 A fact's coordinate says what it is, never how many came before it: a step that Temporal runs again
 *    may meet news in another order, and must still find its own facts in the record.
 * R2 Facts of one task travel in order, with that task's own next call or with one for the run as a whole.
 * R3 Facts of the run (layers, ends of tasks) travel in order, with the next short call of any task; a
 *    call that could depend on them starts only when they are durable.
 * R4 A long call (`act`) carries its own task's facts only, so nobody waits for its end.
 */
import type { JsonObject } from '../language/json.ts';
import { OF_LAYER, RECURRING, type EventName, type StampedFact } from './fact.ts';

export interface Recorder {
  /** A fact of one task on its way. */
  note(task: string, event: EventName, details: JsonObject): void;
  /** A fact of the run, or the end of a task: whatever is still held for that task goes before it. */
  announce(task: string | null, event: EventName, details: JsonObject): void;
  /** A short call that takes along everything announced and noted for the task; for null, for every task. */
  carry<T>(task: string | null, send: (facts: readonly StampedFact[]) => Promise<T>): Promise<T>;
  /** A long call that takes along what was noted for the task only. */
  carryOwn<T>(task: string, send: (facts: readonly StampedFact[]) => Promise<T>): Promise<T>;
  /** At an end: sends until nothing is held, also what happens while it is being sent. */
  drain(send: (facts: readonly StampedFact[]) => Promise<void>): Promise<void>;
  /** True while an announced fact has not been handed to any call. */
  holds(): boolean;
}

/** `recurred` lives in the run's state, so a continued run goes on counting. */
export function createRecorder(now: () => number, recurred: { [coordinate: string]: number }): Recorder {
  let announced: StampedFact[] = [];
  const noted = new Map<string, StampedFact[]>();
  let durable: Promise<unknown> = Promise.resolve();

  const stamp = (task: string | null, event: EventName, details: JsonObject): StampedFact => ({
    event,
    task,
    details,
    at: now(),
    coordinate: coordinateOf(event, task ?? layerIn(event, details), recurred),
  });
  const takeNoted = (task: string): StampedFact[] => {
    const own = noted.get(task) ?? [];
    noted.delete(task);
    return own;
  };
  const takeAll = (): StampedFact[] => {
    const all = [...noted.values()].flat();
    noted.clear();
    return all;
  };

  const recorder: Recorder = {
    note(task, event, details) {
      const own = noted.get(task);
      const fact = stamp(task, event, details);
      if (own === undefined) noted.set(task, [fact]);
      else own.push(fact);
    },
    announce(task, event, details) {
      if (task !== null) announced.push(...takeNoted(task));
      announced.push(stamp(task, event, details));
    },
    carry(task, send) {
      const before = durable;
      const facts = [...announced, ...(task === null ? takeAll() : takeNoted(task))];
      const sent = before.then(() => send(facts));
      if (announced.length > 0 || task === null) durable = sent;
      announced = [];
      return sent;
    },
    carryOwn(task, send) {
      const facts = takeNoted(task);
      return durable.then(() => send(facts));
    },
    async drain(send) {
      do await recorder.carry(null, send);
      while (announced.length > 0 || noted.size > 0);
    },
    holds: () => announced.length > 0,
  };
  return recorder;
}

function layerIn(event: EventName, details: JsonObject): string {
  return OF_LAYER.has(event) ? JSON.stringify(details['layer']) : '';
}

function coordinateOf(event: EventName, about: string, recurred: { [coordinate: string]: number }): string {
  const coordinate = `${event}/${about}`;
  if (!RECURRING.has(event)) return coordinate;
  const count = (recurred[coordinate] ?? 0) + 1;
  recurred[coordinate] = count;
  return `${coordinate}/${count}`;
}
