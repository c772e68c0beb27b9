/** Follows the calls of connectors through a history. */
import { eventId } from '../../workflows/audit/draft.ts';
import { isObject, type Json } from '../../workflows/language/json.ts';
import type { StampedFact } from '../../workflows/walk/fact.ts';
import { eventsOf } from '../record.ts';
import type { NewEvent } from '../stores/audit.ts';
import { nodeCodec } from '../stores/codec.ts';
import type { HistoryEvent } from './event.ts';
import type { ConnectorCall } from './execution.ts';

export interface CallReading {
  scheduled(event: HistoryEvent, input: Json): void;
  started(event: HistoryEvent): void;
  completed(event: HistoryEvent, result: Json, witnessed: boolean): void;
  isCall(event: HistoryEvent): boolean;
  all(): readonly ConnectorCall[];
}

export function createCallReading(): CallReading {
  const calls = new Map<number, ConnectorCall>();
  const change = (event: HistoryEvent, more: Partial<ConnectorCall>): void => {
    const id = Number(event.told['scheduledEventId']);
    const call = calls.get(id);
    if (call !== undefined) calls.set(id, { ...call, ...more });
  };
  return {
    scheduled(event, input) {
      const call = isObject(input) ? input['call'] : null;
      const question = isObject(call) ? call['question'] : null;
      const named = isObject(question) ? question['task'] : null;
      // What cannot be read still has its label, which begins with the task.
      const { activityId: label } = event.told;
      const [first = ''] = typeof label === 'string' ? label.split(':') : [];
      const task = typeof named === 'string' ? named : first;
      calls.set(event.id, {
        event: event.id,
        task,
        attempts: null,
        result: null,
        handed: handedTo(input),
      });
    },
    started: (event) => change(event, { attempts: Number(event.told['attempt'] ?? 1) }),
    completed(event, result, witnessed) {
      const { kind, attempts } = isObject(result) ? result : {};
      const made = typeof attempts === 'number' ? attempts : 0;
      change(event, { result: { kind: typeof kind === 'string' ? kind : '', made, witnessed } });
    },
    isCall: (event) => calls.has(Number(event.told['scheduledEventId'])),
    all: () => [...calls.values()],
  };
}

/** The ids that the facts in a call's input have in the record. Read with distrust: anybody can start a workflow. */
function handedTo(input: Json): readonly string[] {
  const { run, facts } = isObject(input) ? input : {};
  if (!isObject(run) || !Array.isArray(facts)) return [];
  const { chain, startedAt } = run;
  if (typeof chain !== 'string' || !Number.isSafeInteger(startedAt)) return [];
  const sound = facts.filter(
    (fact) => isObject(fact) && typeof fact['coordinate'] === 'string' && isObject(fact['details']),
  ) as unknown as readonly StampedFact[];
  return eventsOf(run as unknown as NewEvent['run'], sound).map(({ fact }) =>
    eventId(Number(startedAt), chain, fact.coordinate, nodeCodec),
  );
}
