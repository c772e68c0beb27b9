/**
 * The contract of a policy engine: one task with its targets found in the asset directory goes in, a
 * verdict comes out. An engine decides and nothing else: it keeps no state between questions and calls
 * nothing that acts.
 */
import type { Reversibility } from '../../workflows/language/plan.ts';
import type { Severity } from '../../workflows/language/playbook.ts';
import type { Assurance } from '../../workflows/walk/outcome.ts';
import type { Verdict } from '../../workflows/walk/verdict.ts';
import type { Reserve } from '../stores/reservations.ts';
import type { Asset } from './assets.ts';
import type { Marking } from '../../workflows/language/marking.ts';

/** Development admits approvals under an asserted name (V0); production does not. */
export type Mode = 'development' | 'production';

/** A person's approval of exactly these inputs, as far as it still stands: who, how surely, and in which groups. */
export interface StandingApproval {
  readonly by: string;
  readonly assurance: Assurance;
  readonly groups: readonly string[];
}

/** What there is to know about a task before it acts, whoever it acts on. Holds no inputs and no secrets. */
export interface TaskFacts {
  readonly task: string;
  /** The task type: the action a policy speaks about. */
  readonly type: string;
  readonly connector: string;
  readonly reversibility: Reversibility;
  readonly severity: Severity;
  readonly playbook: string;
  readonly playbookVersion: string;
  readonly caseId: string;
  readonly requestedBy: string;
  readonly approvals: readonly StandingApproval[];
  /** Whether persons, their keys and groups are known. Without a roster nobody in development can prove more than a name. */
  readonly roster: boolean;
  readonly mode: Mode;
  /** Workflow time of the question, milliseconds since 1970: a worker's own clock decides nothing. */
  readonly at: number;
  /** When the run started, milliseconds since 1970. */
  readonly startedAt: number;
  /** How far the case may be told (TLP) and how openly acted on (PAP); null where the case does not say. */
  readonly marking: Marking;
  /** Hosts and mail domains that the action would send something to, in lower case. */
  readonly reaches: readonly string[];
}

/** Targets by the canonical names the catalogue gave them, not yet looked up. */
export interface PolicyQuestion extends TaskFacts {
  readonly targets: readonly string[];
}

/** Every target found. Never empty: a task that acts on nothing known is refused before an engine is asked. */
export interface PolicyRequest extends TaskFacts {
  readonly targets: readonly Asset[];
  /** Who may not approve whatever their assurance: whoever asked for the run, and whoever `guards.yaml` names. */
  readonly barred: readonly string[];
  /** Whether this version of the playbook was released for more than looking. */
  readonly released: boolean;
}

/** Which policies speak: `digest` is SHA-256 over every file of the set, `name` is for people. */
export interface PolicySetId {
  readonly digest: string;
  readonly name: string;
}

export interface PolicyEngine {
  /**
   * MUST NOT throw: every error of the engine is a `deny` whose `errors` say what went wrong. MUST deny what
   * no rule permits, and name at least one rule. MUST allow only when every target is allowed, and MUST give
   * the same verdict for the same request. `needs_approval` MUST mean that the approvals it asks for, and
   * nothing else, would make it `allow`.
   */
  decide(request: PolicyRequest): Promise<Verdict>;
  readonly set: PolicySetId;
}

/** An engine behind its guards, ready to be asked about names. */
export interface Policy {
  /** Never throws; see `PolicyEngine.decide`. */
  decide(question: PolicyQuestion): Promise<Verdict>;
  /** What the act would take of the limits on changes; null when nothing limits it. */
  reserve(question: PolicyQuestion & { readonly chain: string }): Reserve | null;
  readonly set: PolicySetId;
  /** The set as a document whose SHA-256 is its digest; null where its text is not ours to keep. */
  readonly source: string | null;
  /** An earlier set, from its source, behind the same switch. Null when it cannot be opened any more. */
  reopen(source: string): Promise<Policy | null>;
}

export const POLICY_ERROR = 'policy_error';

/** The verdict of an engine that could not decide. Messages must not quote inputs. */
export function errorVerdict(
  engine: string,
  set: PolicySetId,
  errors: readonly [string, ...string[]],
): Verdict {
  const shown = errors.slice(0, MOST_ERRORS).map((message) => message.slice(0, LONGEST_ERROR));
  return {
    effect: 'deny',
    rules: [{ id: POLICY_ERROR, effect: 'default', reason: `policy could not decide: ${shown[0] ?? ''}` }],
    obligations: [],
    engine,
    policySet: set.digest,
    errors: shown,
  };
}

/** Verdicts go into the audit record; these keep a broken policy set from flooding it. */
const MOST_ERRORS = 10;
const LONGEST_ERROR = 500;
