/**
 * The check of a whole log is made of parts that each look at every entry once, in order. They share nothing, so they
 * can run side by side; which of several faults is told is decided by where it was noticed.
 */
import type { Buffer } from 'node:buffer';
import type { BrokenCode } from './verdict.ts';

export interface Fault {
  readonly code: BrokenCode;
  /** The first entry that does not fit: what it says is wrong, or another than what comes after it confirms. */
  readonly index: number;
  readonly reason: string;
  /** The position at which it was noticed. */
  readonly noticed: number;
  /** Either entry `index` or the one after it was changed, and those two do not say which. */
  readonly between?: true;
  /** Says only that the entry does not fit what stands before it; which of them was changed, hashes know better. */
  readonly relative?: true;
}

export interface Check {
  /** The next entry: bytes `from` … `to - 1`. May overwrite the byte before `from`. After a fault it is not called again. */
  add(bytes: Buffer, from: number, to: number): Fault | null;
}

/**
 * Of several parts' faults the one to be told. Of two at one position that of the part named first, which knows more;
 * unless it only compares the entry with those before it, of which a hash says that they are not what they were.
 */
export function earliest(faults: readonly (Fault | null)[]): Fault | null {
  return faults.reduce<Fault | null>((first, fault) => {
    if (first === null || fault === null) return first ?? fault;
    if (fault.noticed !== first.noticed) return fault.noticed < first.noticed ? fault : first;
    return first.relative === true && fault.between === true ? fault : first;
  }, null);
}
