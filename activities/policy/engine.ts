/**
 * The contract of a policy engine: one task with its targets found in the asset directory goes in, a
 * verdict comes out. An engine decides and nothing else: it keeps no state between questions and calls
 * nothing that acts.
 */
import type { Reversibility } from '../../workflows/language/plan.ts';
import type { Severity } from '../../workflows/language/playbook.ts';
import type { Assurance } from '../../workflows/walk/outcome.ts';
import type { Verdict } from '../../workflows/walk/verdict.ts';
import type { Asset } from './assets.ts';

/** Development admits approvals under an asserted name (V0); production does not. */
export type Mode = 'development' | 'production';

/** What there is to know about a task before it acts, whoever it acts on. Holds no inputs and no secrets. */
export interface TaskFacts {
  readonly task: string;
  /** The task type: the action a policy speaks about. */
  readonly type: string;
  readonly connector: string;
  readonly reversibility: Reversibility;
  readonly severity: Severity;
  readonly playbook: string;
  readonly caseId: string;
  readonly requestedBy: string;
  /** Every approval given for exactly these inputs; `countedApprovals` says how many of them count. */
  readonly approvals: readonly { readonly by: string; readonly assurance: Assurance }[];
  readonly mode: Mode;
}

/** Targets by the canonical names the catalogue gave them, not yet looked up. */
export interface PolicyQuestion extends TaskFacts {
  readonly targets: readonly string[];
}

/** Every target found. Never empty: a task that acts on nothing known is refused before an engine is asked. */
export interface PolicyRequest extends TaskFacts {
  readonly targets: readonly Asset[];
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
  readonly set: PolicySetId;
}

/**
 * How many distinct persons approved, for the purpose of a quorum: whoever asked for the run does not count,
 * and an asserted name (V0) counts in development only.
 */
export function countedApprovals(facts: Pick<TaskFacts, 'approvals' | 'requestedBy' | 'mode'>): number {
  const persons = new Set(
    facts.approvals
      .filter((approval) => approval.assurance !== 'V0' || facts.mode === 'development')
      .map((approval) => personKey(approval.by)),
  );
  persons.delete(personKey(facts.requestedBy));
  return persons.size;
}

function personKey(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
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
