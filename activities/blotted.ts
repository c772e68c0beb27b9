/** An answer without the secrets it should not hold: providers echo headers, and put requests into their errors. */
import { isObject, type Json, type JsonObject } from '../workflows/language/json.ts';
import type { Answer } from './connectors/connector.ts';

type Redact = (text: string) => string;

/** Faults are cleaned where they are concluded; here it is what would travel as an output. */
export function blotted(answer: Answer<Json>, redact: Redact): Answer<Json> {
  switch (answer.kind) {
    case 'done':
      return { ...answer, output: blottedJson(answer.output, redact) };
    case 'action_required':
      return {
        ...answer,
        instructions: redact(answer.instructions),
        onceDone: blottedJson(answer.onceDone, redact),
      };
    case 'refused':
    case 'try_again':
    case 'unknown':
      return answer;
    default:
      return answer satisfies never;
  }
}

/** Deeper than any output is let through, so what is left unread there is refused later. */
const DEEPEST = 100;

/** Names as well as values. */
export function blottedObject(value: JsonObject, redact: Redact, depth = 0): JsonObject {
  const fields = Object.entries(value).map(
    ([name, inner]) => [redact(name), blottedJson(inner, redact, depth + 1)] as const,
  );
  return Object.fromEntries(fields);
}

function blottedJson(value: Json, redact: Redact, depth = 0): Json {
  if (typeof value === 'string') return redact(value);
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return value;
  if (isObject(value)) return blottedObject(value, redact, depth);
  return value.map((item) => blottedJson(item, redact, depth + 1));
}
