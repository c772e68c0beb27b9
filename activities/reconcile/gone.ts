/** Histories that are no longer there: Temporal deletes them in time, and a person can delete them at once. */
import type { Comparing } from './compare.ts';
import type { Finding, Note } from './finding.ts';
import type { Lineage } from './lineage.ts';

export interface Retention {
  /** How long the namespace keeps the history of a closed execution; null where the server does not say. */
  readonly ms: number | null;
  readonly now: number;
}

export function goneFindings(
  { entries, retention }: Comparing,
  { gone, covering }: Lineage,
  note: Note,
): readonly Finding[] {
  const lastWord = Math.max(0, ...entries.map(({ recordedAt }) => recordedAt));
  return gone.map((execution) => {
    const seal = covering.find((one) => one.execution === execution);
    if (seal === undefined)
      return note('history_gone_unsealed', `${entries.length} entries; ${whenDue(lastWord, retention)}`, {
        execution,
        trouble: isEarly(lastWord, retention),
      });
    const closedAt = seal.closedAt ?? lastWord;
    const what = `${seal.events} events, digest ${seal.digest.slice(0, 12)}…; ${whenDue(closedAt, retention)}`;
    return note('history_gone_after_sealing', what, {
      execution,
      entry: seal.index,
      trouble: isEarly(closedAt, retention),
    });
  });
}

function isEarly(closedAt: number, { ms, now }: Retention): boolean {
  return ms !== null && closedAt + ms > now;
}

function whenDue(closedAt: number, { ms, now }: Retention): string {
  if (ms === null) return 'the server does not say how long it keeps histories';
  const until = new Date(closedAt + ms).toISOString();
  return closedAt + ms > now
    ? `it was to be kept until ${until}, so somebody deleted it`
    : `its time was over at ${until}`;
}
