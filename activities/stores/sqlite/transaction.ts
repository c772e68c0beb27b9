/**
 * One commit in the file. One connection, used from one thread.
 *
 * S1 BEGIN IMMEDIATE: the write lock is held before the head is read, or before it is compared with the one foreseen.
 * S2 COMMIT returns after the flush to disk (`synchronous = FULL`, checked when the file was opened).
 * S3 After any error the transaction is rolled back, at the latest before the next one begins.
 * S4 Between BEGIN and COMMIT nothing waits, not even for a microtask: no read of another caller, which is on the same
 *    connection, can fall between the two and see what is not committed.
 * S5 A group whose outcome can be foreseen is decided before the lock. It is written only after the head that was
 *    foreseen, and only where nothing stands under its keys; otherwise nothing is stored and it is decided by what is found.
 */
import type { Database } from 'better-sqlite3';
import { foresee, isForeseeable, type Deliberate } from '../foresight.ts';
import { createOutlook } from '../outlook.ts';
import { concludeAtOnce, type Changes, type Found, type HeadRow, type Needs } from '../tables.ts';
import { isTaken } from './failure.ts';

/** What a commit does inside the transaction. */
export interface Hands {
  head(): HeadRow;
  answer(needs: Needs): Found;
  /** Returns false, with nothing written, where the head is not `before`; null for whatever the head is. */
  write(changes: Changes, before: HeadRow | null): boolean;
}

export function createCommit(db: Database, { head, answer, write }: Hands) {
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  const rollback = db.prepare('ROLLBACK');
  const outlook = createOutlook();

  const transact = <T>(work: () => T): T => {
    if (db.inTransaction) rollback.run();
    begin.run();
    try {
      const result = work();
      commit.run();
      return result;
    } catch (error) {
      if (db.inTransaction) rollback.run();
      throw error;
    }
  };

  /** Null where it cannot be foreseen, or turned out otherwise; then nothing was stored. */
  const asForeseen = <C extends Changes>(before: HeadRow, deliberate: Deliberate<C>): C | null => {
    const foreseen = foresee(before, deliberate);
    if (foreseen?.head === null || foreseen === null) return null;
    try {
      if (transact(() => write(foreseen, before))) {
        outlook.follows(foreseen.head);
        return foreseen;
      }
    } catch (error) {
      outlook.isLost();
      if (!isTaken(error)) throw error;
    }
    outlook.isWrong();
    return null;
  };

  const asFound = <C extends Changes>(ahead: Needs, deliberate: Deliberate<C>): C => {
    try {
      return transact(() => {
        const before = head();
        const found = answer(ahead);
        const conclusion = concludeAtOnce(deliberate(before, found), answer);
        write(conclusion, null);
        outlook.isFound(before, found.entries.length);
        if (conclusion.head !== null) outlook.follows(conclusion.head);
        return conclusion;
      });
    } catch (error) {
      outlook.isLost();
      throw error;
    }
  };

  return <C extends Changes>(ahead: Needs, deliberate: Deliberate<C>): C => {
    const before = isForeseeable(ahead) ? outlook.head() : null;
    return (before === null ? null : asForeseen(before, deliberate)) ?? asFound(ahead, deliberate);
  };
}
