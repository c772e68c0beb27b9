/** What policy says of one task with its inputs resolved. Neutral of the engine that said it. */
import type { Assurance } from './outcome.ts';

export interface DeterminingRule {
  readonly id: string;
  readonly effect: 'permit' | 'forbid' | 'guard' | 'default';
  readonly reason: string;
}

export interface GroupQuorum {
  readonly group: string;
  readonly count: number;
}

export type Obligation =
  | {
      readonly kind: 'approval';
      /** Distinct persons who must approve. */
      readonly quorum: number;
      /** Of them, at least so many of each group. */
      readonly groups: readonly GroupQuorum[];
      readonly minAssurance: Assurance;
      /** How long the card stays open, milliseconds; null leaves it to the playbook. */
      readonly expiresMs: number | null;
    }
  | { readonly kind: 'redact'; readonly fields: readonly string[] }
  | {
      readonly kind: 'delay';
      /** Not before, milliseconds since 1970. */
      readonly until: number;
    }
  | { readonly kind: 'notify'; readonly to: readonly string[] };

export interface Verdict {
  readonly effect: 'allow' | 'deny' | 'needs_approval';
  /** Never empty: a default deny has a rule of its own. */
  readonly rules: readonly DeterminingRule[];
  readonly obligations: readonly Obligation[];
  readonly engine: string;
  /** SHA-256 of policies, schema and asset lists together. */
  readonly policySet: string;
  /** Non-empty implies `deny`. */
  readonly errors: readonly string[];
}
