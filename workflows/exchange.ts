/** The values that cross the border, either way: who asks, what is asked, what is answered. All plain JSON. */
import type { JsonObject } from './language/json.ts';
import type { Marking } from './language/marking.ts';
import type { Repeat, Reversibility } from './language/plan.ts';
import type { KeyScope, Retry, Severity } from './language/playbook.ts';
import type { Assurance, Fault } from './walk/outcome.ts';
import type { Verdict } from './walk/verdict.ts';

/** Which run is asking. `chain` stays the same across continue-as-new and reset. */
export interface RunRef {
  readonly workflowId: string;
  /** First execution's run id. */
  readonly chain: string;
  /** When the chain's first run started, milliseconds since 1970; the same on every replay. */
  readonly startedAt: number;
  readonly caseId: string;
  readonly playbook: string;
  readonly playbookVersion: string;
  readonly planDigest: string;
  readonly severity: Severity;
  /** Who asked for the run, as far as is known. */
  readonly requestedBy: string;
  /** How far its case may be told and how openly acted on; absent where nobody said. */
  readonly marking?: Marking;
}

/** One task with everything evaluated and frozen. */
export interface Question {
  readonly task: string;
  readonly type: string;
  readonly connector: string;
  readonly inputs: JsonObject;
  /** Null: the task declares no key, and one is derived from run and task. */
  readonly key: { readonly key: string; readonly scope: KeyScope } | null;
  readonly reversibility: Reversibility;
  readonly repeat: Repeat;
  /** Approvals already counted for these inputs; empty before anyone was asked. */
  readonly approvals: readonly Approval[];
  /** Digest of the policy set that the run was first judged under; absent in its first question. */
  readonly pinned?: string;
}

export interface Approval {
  readonly by: string;
  readonly assurance: Assurance;
  readonly card: string;
}

export type Judgement =
  /** The inputs do not fit what the action takes. Nobody is asked, nothing is done. */
  | { readonly kind: 'invalid'; readonly fault: Fault }
  /** The same key was done before with the same inputs. Nothing is done, so nothing is asked. */
  | { readonly kind: 'already_done'; readonly output: JsonObject; readonly key: string }
  /** The same key was seen with other inputs. */
  | { readonly kind: 'conflict'; readonly fault: Fault }
  | {
      readonly kind: 'decided';
      readonly verdict: Verdict;
      /** The inputs with their type's defaults filled in: from here on, these are the inputs. */
      readonly inputs: JsonObject;
      /** SHA-256 over type, connector and inputs. */
      readonly inputsDigest: string;
      /** Canonical names of what would be acted on. */
      readonly targets: readonly string[];
      /** The activity id: `<task>:<key>`, or a digest where the key is long or digests are asked for. */
      readonly label: string;
    };

/** What an approver sees and signs: exactly what would run. `digest` is SHA-256 of its canonical JSON. */
export interface Card {
  readonly digest: string;
  readonly body: CardBody;
}
export interface CardBody {
  readonly v: 1;
  /** Distinguishes two openings of the same question. */
  readonly nonce: string;
  readonly workflowId: string;
  readonly chain: string;
  readonly caseId: string;
  readonly playbook: string;
  readonly playbookVersion: string;
  readonly planDigest: string;
  readonly task: string;
  readonly type: string;
  readonly connector: string;
  readonly inputs: JsonObject;
  readonly targets: readonly string[];
  readonly rules: readonly string[];
  readonly reversibility: Reversibility;
  readonly requestedBy: string;
  readonly openedAt: number;
  readonly expiresAt: number;
  readonly quorum: number;
}

/** A person's word, as it arrived. Untrusted until `weigh` has looked at it. */
export type Message =
  | {
      readonly kind: 'approve';
      readonly task: string;
      readonly digest: string;
      readonly by: string;
      readonly reason: string;
    }
  | {
      readonly kind: 'reject';
      readonly task: string;
      readonly digest: string;
      readonly by: string;
      readonly reason: string;
    }
  /** The last step was done by hand. */
  | { readonly kind: 'confirm'; readonly task: string; readonly by: string; readonly reason: string }
  /** What became of an indeterminate call. */
  | {
      readonly kind: 'resolve';
      readonly task: string;
      readonly result: 'completed' | 'failed';
      readonly output: JsonObject;
      readonly by: string;
      readonly reason: string;
    };

/** One call to a connector. */
export interface Call {
  readonly question: Question;
  readonly inputsDigest: string;
  readonly targets: readonly string[];
  readonly label: string;
  /** Rules of the verdict that allowed it; recorded with the intent. */
  readonly rules: readonly string[];
  /** Digest of the approved card; its stored inputs are what runs. Null when no approval was due. */
  readonly card: string | null;
  readonly retry: Retry;
  readonly timeoutMs: number;
}

export type Result =
  | { readonly kind: 'done'; readonly output: JsonObject; readonly attempts: number }
  | { readonly kind: 'already_done'; readonly output: JsonObject }
  | {
      readonly kind: 'action_required';
      readonly instructions: string;
      readonly onceDone: JsonObject;
      readonly attempts: number;
    }
  | { readonly kind: 'failed'; readonly fault: Fault; readonly attempts: number }
  | { readonly kind: 'indeterminate'; readonly fault: Fault; readonly attempts: number }
  /** Policy or a guard said no at the last moment: nothing was sent. */
  | { readonly kind: 'denied'; readonly verdict: Verdict }
  /** Cancelled before anything was sent. */
  | { readonly kind: 'cancelled' };

export type Settled =
  { readonly kind: 'completed'; readonly output: JsonObject } | { readonly kind: 'failed' };
