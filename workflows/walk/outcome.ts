/** The closed list of ways a task can end, and what they make of a run. */
import type { JsonObject } from '../language/json.ts';
import type { Status } from '../language/playbook.ts';
import type { Verdict } from './verdict.ts';

/** Something that went wrong: a stable code, and a sentence that never holds a secret or a stack trace. */
export interface Fault {
  readonly code: string;
  readonly message: string;
}

/** A person's part in how a task ended. `assurance` says how far their name can be believed. */
export interface Person {
  readonly by: string;
  readonly reason: string;
  readonly assurance: Assurance;
}

/** Width, case and outer space of a name do not make another person. */
export function samePerson(a: string, b: string): boolean {
  return personKey(a) === personKey(b);
}

export function personKey(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}

/**
 * How a word is tied to a person, weakest first. V0: a name is asserted. V1: the server says who sent it. V2: a
 * gateway that logged the person in vouches for the word. V3: the person signed these very bytes.
 */
export const ASSURANCES = ['V0', 'V1', 'V2', 'V3'] as const;
export type Assurance = (typeof ASSURANCES)[number];

export function isAtLeast(given: Assurance, least: Assurance): boolean {
  return ASSURANCES.indexOf(given) >= ASSURANCES.indexOf(least);
}

export function strongest(levels: readonly Assurance[]): Assurance {
  return levels.reduce<Assurance>((most, level) => (isAtLeast(level, most) ? level : most), 'V0');
}

export type Outcome =
  /** The effect was made. `settledBy` where a person confirmed or settled it. */
  | { readonly status: 'completed'; readonly output: JsonObject; readonly settledBy?: Person }
  /** Done before under the same key with the same inputs; its stored output feeds dependents. */
  | { readonly status: 'skipped'; readonly why: 'already_done'; readonly output: JsonObject }
  /** Its `when` was false, or every need was itself skipped. */
  | { readonly status: 'skipped'; readonly why: 'condition' | 'needs_skipped' }
  | { readonly status: 'failed'; readonly fault: Fault; readonly settledBy?: Person }
  | { readonly status: 'denied'; readonly verdict: Verdict }
  | { readonly status: 'rejected'; readonly person: Person }
  /** Nobody answered in time; that means no. */
  | { readonly status: 'expired' }
  /** Never started; says which needs were missed. */
  | { readonly status: 'blocked'; readonly by: readonly { readonly task: string; readonly status: Status }[] }
  | { readonly status: 'cancelled' }
  /** The call may or may not have taken effect, and nobody has settled which. */
  | { readonly status: 'indeterminate'; readonly fault: Fault }
  /** A person must do the last step and has not yet confirmed it. */
  | { readonly status: 'action_required'; readonly instructions: string };

/** A reached task has an output that others may use. */
export function isReached(outcome: Outcome): outcome is Extract<Outcome, { readonly output: JsonObject }> {
  return outcome.status === 'completed' || (outcome.status === 'skipped' && outcome.why === 'already_done');
}

/**
 * completed: every task was reached or skipped. failed: at least one failed or is indeterminate.
 * incomplete: nothing failed, but something was denied, rejected, expired, blocked or left to a person.
 */
export type RunStatus = 'completed' | 'failed' | 'incomplete' | 'cancelled';

export function runStatus(statuses: Iterable<Status>): RunStatus {
  let verdict: RunStatus = 'completed';
  for (const status of statuses) {
    switch (status) {
      case 'completed':
      case 'skipped':
        break;
      case 'cancelled':
        return 'cancelled';
      case 'failed':
      case 'indeterminate':
        verdict = 'failed';
        break;
      case 'denied':
      case 'rejected':
      case 'expired':
      case 'blocked':
      case 'action_required':
        if (verdict === 'completed') verdict = 'incomplete';
        break;
      default:
        return unknownStatus(status);
    }
  }
  return verdict;
}

function unknownStatus(status: never): never {
  throw new Error(`a status nobody declared: ${String(status)}`);
}
