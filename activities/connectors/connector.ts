/**
 * The contract of a connector: one folder per foreign system, one performance per task type it serves.
 * Task types and their schemas stand in `activities/catalogue`; a connector only says how it does them.
 */
import type { JsonObject } from '../../workflows/language/json.ts';
import type { Repeat, Reversibility } from '../../workflows/language/plan.ts';
import type { RunRef } from '../../workflows/ports.ts';
import type { Fault } from '../../workflows/walk/outcome.ts';

/** What a performance is given besides its inputs. */
export interface CallContext {
  /** Globally unique, the same on every attempt of this call. Use it as a provider-side marker where one exists. */
  readonly key: string;
  readonly caseId: string;
  readonly task: string;
  /** The run it belongs to, as the record knows it; absent where there is none, as when an effect is taken back. */
  readonly run?: Pick<RunRef, 'workflowId' | 'chain' | 'playbook' | 'playbookVersion' | 'planDigest'>;
  readonly attempt: number;
  /** Aborted at the attempt's time limit and on cancellation. MUST be honoured by every request. */
  readonly signal: AbortSignal;
  /** Tell the engine that the call is alive. Call it between requests of a long performance. */
  heartbeat(): void;
  /**
   * A secret's value by reference. MUST NOT be kept, logged or returned. `host` is where it will be sent, as
   * `host` or `host:port`: a reference that is bound to hosts is refused without one of them.
   */
  secret(reference: string, host?: string): Promise<string>;
  /** Store a generated secret and get the reference that may travel. Repeats with the same name return the stored one. */
  keepSecret(
    name: string,
    make: () => string,
  ): Promise<{ readonly reference: string; readonly value: string }>;
}

/**
 * What came of one attempt. Foreseeable trouble is a value:
 * - `refused`: the provider said no; nothing was changed; do not retry.
 * - `try_again`: nothing was changed; retry after `afterMs` or with back-off. `rate_limited` or `unavailable`.
 * - `unknown`: it may or may not have taken effect (time-out or reset after sending).
 * An exception counts as `unknown`.
 */
export type Answer<Output> =
  /** `undo`: what `Undo.perform` needs, as plain JSON without secrets. Absent: nothing was changed by this call. */
  | { readonly kind: 'done'; readonly output: Output; readonly undo?: JsonObject }
  /** A person must do the last step. `onceDone` is the output when they say, without proof, that they did. */
  | { readonly kind: 'action_required'; readonly instructions: string; readonly onceDone: Output }
  | { readonly kind: 'refused'; readonly fault: Fault }
  | {
      readonly kind: 'try_again';
      readonly because: 'rate_limited' | 'unavailable';
      readonly fault: Fault;
      readonly afterMs?: number;
    }
  | { readonly kind: 'unknown'; readonly fault: Fault };

/** What came of taking something back. `changed` is false where it had been taken back before. */
export interface Undone {
  readonly changed: boolean;
  /** One sentence: what is so now. */
  readonly now: string;
}

/**
 * How an effect is taken back, from what its `done` answer saved. A person or a policy decides that it is; the
 * performance itself never calls it.
 */
export interface Undo {
  /** A: exactly. B: with loss, which `describe` names. */
  readonly class: 'A' | 'B';
  /** One sentence for whoever decides, from the saved state alone. MUST NOT contact anything. */
  describe(saved: JsonObject): string;
  /**
   * MUST be harmless when repeated. MUST refuse with the code `state_moved`, changing nothing, where the present
   * state is neither what the performance left behind nor what it had found: somebody else has been there.
   */
  perform(saved: JsonObject, call: CallContext): Promise<Answer<Undone>>;
}

export interface Performance<Input = JsonObject, Output = JsonObject> {
  readonly reversibility: Reversibility;
  readonly repeat: Repeat;
  /** Default limit of one attempt, milliseconds. */
  readonly timeoutMs: number;
  /** Least privileges the provider must have granted. */
  readonly scopes: readonly string[];
  perform(input: Input, call: CallContext): Promise<Answer<Output>>;
  /** Only for actions of class A or B. Absent: nobody can take it back through this connector. */
  readonly undo?: Undo;
  /** Only for actions that may answer `action_required`: has the person done it? Read-only; null: not yet. */
  check?(input: Input, call: CallContext): Promise<Output | null>;
}

export interface Connector {
  readonly name: string;
  /**
   * How many of its calls may begin each second, over all workers, so that its provider's limits are kept; holds where
   * the connector has a queue of its own. Absent: it has no such limit.
   */
  readonly perSecond?: number;
  /** By task type. Inputs have been checked against the type's schema before `perform` sees them. */
  readonly performs: { readonly [taskType: string]: Performance };
}
