/** The digest under which a history is sealed into the record. */
import { createHash } from 'node:crypto';
import { canonicalEntry } from '../../workflows/audit/canonical.ts';
import type { HistoryEvent } from './event.ts';

/** Keeps this digest from ever being taken for one of something else. */
const LABEL = 'cordon/history/v1\0';

export interface HistoryDigest {
  add(event: HistoryEvent): void;
  /** SHA-256 over the label and each event's canonical JSON on a line of its own, lower-case hex. */
  end(): string;
}

/** Event by event, because a history may be as large as 50 MB. */
export function createHistoryDigest(): HistoryDigest {
  const hash = createHash('sha256').update(LABEL);
  return {
    add(event) {
      hash.update(`${canonicalEntry(event)}\n`);
    },
    end: () => hash.digest('hex'),
  };
}

export function historyDigest(events: Iterable<HistoryEvent>): string {
  const digest = createHistoryDigest();
  for (const event of events) digest.add(event);
  return digest.end();
}
