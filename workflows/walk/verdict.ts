/** What policy says of one task with its inputs resolved. Neutral of the engine that said it. */

export interface DeterminingRule {
  readonly id: string;
  readonly effect: 'permit' | 'forbid' | 'guard' | 'default';
  readonly reason: string;
}

export type Obligation = {
  readonly kind: 'approval';
  /** Distinct persons who must approve. */
  readonly quorum: number;
};

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
