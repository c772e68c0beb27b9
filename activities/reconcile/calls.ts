/** No connector is called before its intent is durable: so for every call that came to a result, the log has one. */
import type { ConnectorCall, Execution } from './execution.ts';
import type { Finding, Note } from './finding.ts';
import type { LogEntry } from './log-entry.ts';

export function missingIntents(
  executions: readonly Execution[],
  entries: readonly LogEntry[],
  note: Note,
): readonly Finding[] {
  const intended = new Set(
    entries
      .filter(({ event }) => event === 'connector_intent')
      .map(({ task, details }) => `${task ?? ''}/${String(details['attempt'])}`),
  );
  return executions.flatMap(({ run: execution, calls }) =>
    calls.flatMap((call) =>
      attemptsOf(call)
        .filter((attempt) => !intended.has(`${call.task}/${attempt}`))
        .map((attempt) =>
          note('call_without_intent', `attempt ${attempt} of ${call.task}`, { execution, event: call.event }),
        ),
    ),
  );
}

/** Numbers of the calls that were certainly made at the provider. */
function attemptsOf({ result }: ConnectorCall): readonly number[] {
  if (result === null || result.kind === 'already_done' || result.kind === 'cancelled') return [];
  // A call left to a person after it was interrupted has claimed one attempt more than it made.
  const made = result.kind === 'indeterminate' ? Math.max(1, result.made - 1) : result.made;
  return Array.from({ length: made }, (_, n) => n + 1);
}
