/** The values that cross the border, either way: who asks, what is asked, what is answered. All plain JSON. */
import type { JsonObject } from './language/json.ts';
import type { Marking } from './language/marking.ts';
import type { Repeat, Reversibility } from './language/plan.ts';
import type { KeyScope, Retry, Severity } from './language/playbook.ts';
import type { Assurance, Fault } from './walk/outcome.ts';
import type { GroupQuorum, Obligation, Verdict } from './walk/verdict.ts';

export type * from './words.ts';

/** Which run is asking. `chain` stays the same across continue-as-new and reset. */
export interface RunRef {
  readonly workflowId: string;
  /** First execution's run id. */
  readonly chain: string;
  /** This execution's run id: another one after continue-as-new, and after a reset. */
  readonly runId: string;
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
  /** Whose client started it, in that client's own words. Absent in runs from before it was kept. */
  readonly startedBy?: string;
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
  /** The person's id in the roster; the name they gave, where there is no roster. */
  readonly by: string;
  readonly assurance: Assurance;
  readonly card: string;
  /** Groups the person was in when they voted. Absent in votes from before groups. */
  readonly groups?: readonly string[];
  /** Present where one person broke the glass. */
  readonly glass?: Glass;
}

/** One use of break-glass: it stands for a quorum until its time is up, and for nothing else. */
export interface Glass {
  /** SHA-256 that names this use. */
  readonly use: string;
  readonly ticket: string;
  readonly scope: string;
  /** Milliseconds since 1970. */
  readonly until: number;
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
      /** Why the approvals that came along no longer hold; absent when they do, or none came. */
      readonly lapsed?: Lapse;
    };

/** What took an approval its force: a stable code, and a sentence. */
export interface Lapse {
  readonly code: string;
  readonly reason: string;
}

/** What an approver sees and signs: exactly what would run. `digest` is SHA-256 of its canonical JSON. */
export interface Card {
  readonly digest: string;
  readonly body: CardBody;
  /** When those who may answer are told again, milliseconds since 1970. Absent where nobody can be told. */
  readonly reminders?: readonly number[];
}
/** Cards of version 1, in histories from before, lack the marked fields; `termsOf` reads both. */
export interface CardBody {
  readonly v: 2;
  /** Distinguishes two openings of the same question. */
  readonly nonce: string;
  readonly workflowId: string;
  readonly chain: string;
  /** Since 2. The execution that opened it: after a reset, people are asked anew. */
  readonly runId: string;
  readonly caseId: string;
  readonly playbook: string;
  readonly playbookVersion: string;
  readonly planDigest: string;
  readonly task: string;
  readonly type: string;
  readonly connector: string;
  readonly inputs: JsonObject;
  readonly targets: readonly string[];
  /** Since 2. */
  readonly targetCount: number;
  /** Since 2. What policy said: `allow` where only the playbook asks for a person. */
  readonly effect: Verdict['effect'];
  readonly rules: readonly string[];
  /** Since 2. What else policy wants, beside the approvals that `quorum` and its neighbours sum up. */
  readonly obligations: readonly Obligation[];
  /** Since 2. SHA-256 of the policies that said it. */
  readonly policySet: string;
  readonly reversibility: Reversibility;
  readonly requestedBy: string;
  readonly openedAt: number;
  /** Since 2. Whatever is agreed, nothing runs earlier. */
  readonly notBefore: number;
  readonly expiresAt: number;
  readonly quorum: number;
  /** Since 2. */
  readonly groups: readonly GroupQuorum[];
  /** Since 2. */
  readonly minAssurance: Assurance;
}

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
