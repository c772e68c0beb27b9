/** What an attempt's answer comes to: what is kept with the claim, and what the walk is told. */
import type { z } from 'zod';
import { wellFormed } from '../workflows/audit/canonical.ts';
import { isObject, type Json } from '../workflows/language/json.ts';
import type { Repeat } from '../workflows/language/plan.ts';
import type { Retry, RetryClass } from '../workflows/language/playbook.ts';
import type { Result } from '../workflows/ports.ts';
import type { Fault } from '../workflows/walk/outcome.ts';
import type { End } from './claiming.ts';
import type { Answer } from './connectors/connector.ts';
import { plainJson } from './plain.ts';
import { TryAgain } from './try-again.ts';
import { DONE_BY_HAND } from './undo/by-hand.ts';

export interface Attempt {
  /** From 1. */
  readonly number: number;
  readonly cancelled: boolean;
  readonly repeat: Repeat;
  /** The action changes nothing, so nothing can be left half done. */
  readonly reads: boolean;
  readonly retry: Retry;
  readonly output: z.ZodType | undefined;
  /** Output fields that policy withholds. */
  readonly redact: readonly string[];
  /** Where what is refused, or given up, is left to a person: what they are told to do. */
  readonly byHand?: (fault: Fault) => string;
}

export interface Conclusion {
  readonly end: End;
  /** The walk's answer; throws `TryAgain` where another attempt shall follow. */
  readonly say: () => Result;
}

export function conclude(
  answer: Answer<Json>,
  attempt: Attempt,
  redact: (text: string) => string,
): Conclusion {
  const attempts = attempt.number;
  switch (answer.kind) {
    case 'done':
      return concludeDone(answer.output, attempt);
    case 'action_required': {
      const instructions = wellFormed(answer.instructions);
      const once = plainJson(answer.onceDone);
      const onceDone = isObject(once) ? once : {};
      const kept = { instructions, once_done: onceDone };
      return ended(
        attempt,
        'action_required',
        { kind: 'action_required', instructions, onceDone, attempts },
        kept,
      );
    }
    case 'refused':
      return refused(attempt, clean(answer.fault, redact));
    case 'try_again': {
      const fault = clean(answer.fault, redact);
      if (attempt.cancelled) return stopped(attempt, fault);
      if (mayRetry(attempt, answer.because)) return again(attempt, fault, answer.afterMs);
      return refused(attempt, {
        ...fault,
        message: `${fault.message}; given up after ${attempts} attempt(s)`,
      });
    }
    case 'unknown': {
      const fault = clean(answer.fault, redact);
      if (attempt.reads && attempt.cancelled) return stopped(attempt, fault);
      const safe = attempt.reads || attempt.repeat !== 'none';
      if (safe && !attempt.cancelled && mayRetry(attempt, 'unknown')) return again(attempt, fault);
      return attempt.reads ? refused(attempt, fault) : openFate(attempt, fault);
    }
    default:
      return answer satisfies never;
  }
}

function mayRetry({ number, retry }: Attempt, because: RetryClass): boolean {
  return number < retry.attempts && retry.on.includes(because);
}

/** What would not fit into a history event or an expression is refused here, where it can still be said. */
const LARGEST_OUTPUT = 256 * 1024;

function concludeDone(output: Json, attempt: Attempt): Conclusion {
  const attempts = attempt.number;
  const parsed =
    attempt.output === undefined ? { success: true, data: output } : attempt.output.safeParse(output);
  const value = withhold(plainJson(parsed.success ? parsed.data : null), attempt.redact);
  if (isObject(value) && JSON.stringify(value).length <= LARGEST_OUTPUT)
    return ended(attempt, 'done', { kind: 'done', output: value, attempts }, value);
  const fault = {
    code: 'bad_output',
    message: 'the connector acted, but its answer is not what this task type promises',
  };
  return attempt.reads ? refused(attempt, fault) : openFate(attempt, fault);
}

/** Each value by an empty one of its kind, so that what reads it still finds what its type promises. */
function withhold(value: Json | null, fields: readonly string[]): Json | null {
  if (fields.length === 0 || typeof value !== 'object' || value === null) return value;
  if (!isObject(value)) return value.map((item) => withhold(item, fields));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      fields.includes(name) ? emptied(inner) : withhold(inner, fields),
    ]),
  );
}

function emptied(value: Json): Json {
  switch (typeof value) {
    case 'string':
      return '[withheld]';
    case 'number':
      return 0;
    case 'boolean':
      return false;
    default:
      return Array.isArray(value) ? [] : null;
  }
}

function ended(attempt: Attempt, result: End['result'], say: Result, output: Json): Conclusion {
  return { end: { result, output, attempt: attempt.number }, say: () => say };
}

function refused(attempt: Attempt, fault: Fault): Conclusion {
  const attempts = attempt.number;
  if (attempt.byHand !== undefined && !attempt.cancelled)
    return leftToAPerson(attempt, fault, attempt.byHand);
  return {
    end: { result: 'released', fault, attempt: attempts, note: 'nothing was changed' },
    say: () => ({ kind: 'failed', fault, attempts }),
  };
}

function leftToAPerson(attempt: Attempt, fault: Fault, byHand: NonNullable<Attempt['byHand']>): Conclusion {
  const instructions = byHand(fault);
  const onceDone = { ...DONE_BY_HAND };
  const attempts = attempt.number;
  return {
    end: {
      result: 'action_required',
      output: { instructions, once_done: onceDone },
      fault,
      attempt: attempts,
      note: 'nothing was changed; left to a person',
    },
    say: () => ({ kind: 'action_required', instructions, onceDone, attempts }),
  };
}

function stopped(attempt: Attempt, fault: Fault): Conclusion {
  const end: End = {
    result: 'released',
    fault,
    attempt: attempt.number,
    note: 'cancelled; nothing was changed',
  };
  return { end, say: () => ({ kind: 'cancelled' }) };
}

function again(attempt: Attempt, fault: Fault, afterMs?: number): Conclusion {
  return {
    end: { result: 'retry', fault, attempt: attempt.number, note: 'will be tried again' },
    say: () => {
      throw new TryAgain(fault.code, fault.message, afterMs);
    },
  };
}

function openFate(attempt: Attempt, fault: Fault): Conclusion {
  const attempts = attempt.number;
  return {
    end: { result: 'indeterminate', fault, attempt: attempts, note: 'it may or may not have taken effect' },
    say: () => ({ kind: 'indeterminate', fault, attempts }),
  };
}

const LONGEST_MESSAGE = 500;

function clean(fault: Fault, redact: (text: string) => string): Fault {
  return { code: fault.code, message: wellFormed(redact(fault.message).slice(0, LONGEST_MESSAGE)) };
}
