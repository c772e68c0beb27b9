/**
 * One commit in the file. One connection, used from one thread.
 *
 * S1 BEGIN IMMEDIATE, or one statement that writes: the write lock is held before the head is read, or before it is compared
 *    with the one foreseen.
 * S2 COMMIT, or that statement, returns after the flush to disk (`synchronous = FULL`, checked when the file was opened).
 * S3 After any error the transaction is rolled back, at the latest before the next one begins.
 * S4 Between BEGIN and COMMIT nothing waits, not even for a microtask: no read of another caller, which is on the same
 *    connection, can fall between the two and see what is not committed.
 * S5 A group whose outcome can be foreseen is decided before the lock. It is written only after the head that was
 *    foreseen, and only where nothing stands under its keys; otherwise nothing is stored and it is decided by what is found.
 */
import type { Database } from 'better-sqlite3';
import { createOutlook } from '../outlook.ts';
import {
  concludeAtOnce,
  type Changes,
  type Foresight,
  type Found,
  type Growing,
  type HeadRow,
  type Needs,
  type Proposal,
} from '../tables.ts';
import { aloneIn, type Alone } from './alone.ts';
import { isTaken } from './failure.ts';

/** What a commit does inside the transaction. */
export interface Hands {
  head(): HeadRow;
  answer(needs: Needs): Found;
  write(changes: Changes): void;
  /** Entries, values and head only. Returns false, with nothing written, where the head is not `before`. */
  writeAfter(before: HeadRow, changes: Growing): boolean;
  /** The same of one entry, and with a transaction of its own. Throws where the head is not `before`. */
  commitAlone(before: HeadRow, alone: Alone): void;
}

export function createCommit(db: Database, { head, answer, write, writeAfter, commitAlone }: Hands) {
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  const rollback = db.prepare('ROLLBACK');
  const outlook = createOutlook();

  /** Whether a transaction may be open. To ask the driver would take as long as half a statement. */
  let begun = false;
  const undo = (): void => {
    if (db.inTransaction) rollback.run();
    begun = false;
  };
  const transact = <T>(work: () => T): T => {
    if (begun) undo();
    begun = true;
    try {
      begin.run();
      const result = work();
      commit.run();
      begun = false;
      return result;
    } catch (error) {
      undo();
      throw error;
    }
  };

  /** False where the head is not `before`. */
  const commitAfter = (before: HeadRow, changes: Growing): boolean => {
    const alone = aloneIn(changes);
    if (alone === null) return transact(() => writeAfter(before, changes));
    if (begun) undo();
    commitAlone(before, alone);
    return true;
  };

  /** Null where it cannot be foreseen, or turned out otherwise; then nothing was stored. */
  const asForeseen = <C extends Changes>(foresee: Foresight<C>): C | null => {
    const before = outlook.head();
    const foreseen = before === null ? null : foresee(before);
    if (before === null || foreseen === null) return null;
    try {
      if (commitAfter(before, foreseen)) {
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

  const asFound = <C extends Changes>(proposal: Proposal<C>): C => {
    const ahead = proposal.questions();
    try {
      return transact(() => {
        const before = head();
        const found = answer(ahead);
        const conclusion = concludeAtOnce(proposal.deliberate({ head: before, ahead, found }), answer);
        write(conclusion);
        outlook.isFound(before, found.entries.length);
        if (conclusion.head !== null) outlook.follows(conclusion.head);
        return conclusion;
      });
    } catch (error) {
      outlook.isLost();
      throw error;
    }
  };

  return <C extends Changes>(proposal: Proposal<C>): C =>
    (proposal.foresight === null ? null : asForeseen(proposal.foresight)) ?? asFound(proposal);
}
