/** What all comparisons come to together. */
import type { Comparison } from './compare.ts';
import type { ExplanationKind, Finding } from './finding.ts';

export interface Witness {
  /** Nothing was found that speaks of tampering. */
  readonly agrees: boolean;
  readonly runs: number;
  readonly executions: number;
  /** Entries for which history holds a matching receipt. */
  readonly confirmed: number;
  /** The last entry that a receipt confirms, and with it everything before; null when there is none. */
  readonly confirmedTo: number | null;
  /** The first entry of the log that something is wrong with. */
  readonly firstBad: number | null;
  /** By place in the log; those without one last. At most `MOST_FINDINGS`. */
  readonly findings: readonly Finding[];
  /** How many more there were. */
  readonly more: number;
  /** Entries without a receipt that should have none, by the reason. */
  readonly explained: { readonly [kind in ExplanationKind]?: number };
}

/** A log that was rewritten as a whole disagrees everywhere; nobody reads further than this. */
export const MOST_FINDINGS = 1_000;

export interface Tally {
  add(comparison: Comparison): void;
  unreadable(entry: number, reason: string): void;
  end(): Witness;
}

export function createTally(): Tally {
  const findings: Finding[] = [];
  const explained: { [kind in ExplanationKind]?: number } = {};
  let [runs, executions, confirmed, found, troubled] = [0, 0, 0, 0, false];
  let confirmedTo: number | null = null;
  let firstBad: number | null = null;

  const find = (finding: Finding): void => {
    found += 1;
    troubled ||= finding.trouble;
    if (finding.trouble && finding.entry !== null) firstBad = Math.min(finding.entry, firstBad ?? Infinity);
    if (findings.length < MOST_FINDINGS) findings.push(finding);
  };

  return {
    add(comparison) {
      runs += 1;
      executions += comparison.executions;
      confirmed += comparison.confirmed;
      if (comparison.confirmedTo !== null) confirmedTo = Math.max(comparison.confirmedTo, confirmedTo ?? 0);
      for (const { why } of comparison.explained) explained[why.kind] = (explained[why.kind] ?? 0) + 1;
      comparison.findings.forEach(find);
    },
    unreadable(entry, reason) {
      const nobody = { workflow: '', run: '', execution: null, event: null };
      find({ ...nobody, kind: 'entry_unreadable', trouble: true, entry, what: reason });
    },
    end: () => ({
      agrees: !troubled,
      runs,
      executions,
      confirmed,
      confirmedTo,
      firstBad,
      findings: findings.sort((a, b) => (a.entry ?? Infinity) - (b.entry ?? Infinity)),
      more: found - findings.length,
      explained,
    }),
  };
}
