/** What is known of the head without looking at it, and whether it is worth relying on. */
import type { HeadRow } from './tables.ts';

export interface Outlook {
  /** The head as it will be when all that was sent is durable; null where it is better to look. */
  head(): HeadRow | null;
  /** It was sent, or stored. */
  follows(head: HeadRow): void;
  /** What was sent was not stored, or nobody can tell. */
  isLost(): void;
  /** What was sent was not stored because it was foreseen wrongly: until it turns out well again, we look. */
  isWrong(): void;
  /** The head under the lock, and how many of the group's entries were there already. */
  isFound(head: HeadRow, entries: number): void;
}

export function createOutlook(): Outlook {
  let next: HeadRow | null = null;
  let isUsual = true;
  return {
    head: () => (isUsual ? next : null),
    follows(head) {
      next = head;
    },
    isLost() {
      next = null;
    },
    isWrong() {
      next = null;
      isUsual = false;
    },
    isFound(head, entries) {
      // Beside a writer as busy as we are every second guess would be wrong, and done in vain.
      isUsual = entries === 0 && (next === null ? isUsual : next.leaf === head.leaf);
      next = head;
    },
  };
}
