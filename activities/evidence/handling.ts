/**
 * One line of custody: who had which item when. Every line carries the SHA-256 of the line before it, so that a line
 * taken out, put in or altered shows. The same bytes in every kind of store.
 */
import { createHash } from 'node:crypto';

export interface Handling {
  readonly action: 'stored' | 'manifest';
  readonly task: string;
  readonly name: string;
  readonly mediaType: string;
  readonly sha256: string;
  readonly bytes: number;
  /** When the item was collected, where that is known. */
  readonly at?: string;
}

const BEFORE_THE_FIRST = '0'.repeat(64);

/** The line without its end; `last` is the whole line before it. */
export function custodyLine(
  last: Uint8Array | null,
  actor: string,
  caseId: string,
  handling: Handling,
): string {
  const { at: collected = null, ...item } = handling;
  return JSON.stringify({
    v: 1,
    prev: before(last),
    at: new Date().toISOString(),
    actor,
    case: caseId,
    collected,
    ...item,
  });
}

export function before(last: Uint8Array | null): string {
  return last === null ? BEFORE_THE_FIRST : createHash('sha256').update(last).digest('hex');
}

/** Never the case id itself: ids may hold separators, or differ only in case on a file system that does not. */
export function custodyName(caseId: string): string {
  const readable = caseId
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 40);
  return `${readable}-${createHash('sha256').update(caseId).digest('hex').slice(0, 32)}`;
}
