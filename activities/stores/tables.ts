/**
 * What a store of any make must be able to read and write. It holds no rules: those stand in `group.ts`,
 * `placement.ts` and `claim-rules.ts`, are pure, and are the same for every store.
 *
 * A new table is: what its rows are found by in `Needs`, its rows in `Found` and `Changes`, both with their place in
 * `NO_NEEDS` and `NO_CHANGES`; then the compiler names every store that must learn it. A schema gets a new version.
 */
import type { LogHead, StoredEntry } from './audit.ts';
import type { CheckpointStore } from './checkpoints.ts';
import type { ClaimRecord } from './claims.ts';
import type { DocumentKind, StoredDocument } from './documents.ts';
import type { PaperName } from './papers.ts';
import type { CounterNeed, ReservationRow, Reserver } from './reservations.ts';
import type { KeptValue, ValueName } from './values.ts';

/** The log's end. `at` is the time of its last entry, milliseconds since 1970. */
export interface HeadRow extends LogHead {
  readonly at: number;
}

/** An entry with the columns it can be found by; each repeats what its bytes say. */
export interface EntryRow extends StoredEntry {
  readonly id: string;
  readonly run: string;
  readonly runSeq: number;
}

/** What a deliberation asks for, all at once. A store answers each list in one statement or a few. */
export interface Needs {
  /** Keys of claims. */
  readonly claims: readonly string[];
  /** Ids of entries. */
  readonly entries: readonly string[];
  /** Runs of which the last entry is wanted. */
  readonly runs: readonly string[];
  /** The two entries from this index on, or as many as there are; null for none. */
  readonly tailFrom: number | null;
  /** Indexes of entries whose personal values are wanted. */
  readonly values: readonly number[];
  readonly counters: readonly CounterNeed[];
}

/** The rows there are, in any order but for the tail. What was asked for and is not here does not exist. */
export interface Found {
  readonly claims: readonly ClaimRecord[];
  readonly entries: readonly EntryRow[];
  readonly ends: readonly EntryRow[];
  /** By index. */
  readonly tail: readonly StoredEntry[];
  readonly values: readonly KeptValue[];
  /** Of every counter asked about, each row once: those inside its window, and the asking task's own. */
  readonly reservations: readonly ReservationRow[];
}

/** What shall be written. No claim and no entry stands in it twice. */
export interface Changes {
  /** In order, beginning at the head. MUST be refused at any other index, and with an id that is there. */
  readonly entries: readonly EntryRow[];
  /** Null when there are no entries. */
  readonly head: HeadRow | null;
  /** Each as it shall stand, whether it was there or not. */
  readonly claims: readonly ClaimRecord[];
  /** One that is there already stays as it is. */
  readonly documents: readonly StoredDocument[];
  readonly values: readonly KeptValue[];
  /** Value and salt go; see `forget`. */
  readonly erasures: readonly ValueName[];
  /** Carried out after `claims` and `documents`. A saved state that a claim still names stays. */
  readonly papers: readonly PaperName[];
  /** Tasks of which no reservation shall stay. Carried out before `reservations`. */
  readonly returned: readonly Reserver[];
  /** One that is there already stays as it is. */
  readonly reservations: readonly ReservationRow[];
}

export const NO_NEEDS: Needs = {
  claims: [],
  entries: [],
  runs: [],
  tailFrom: null,
  values: [],
  counters: [],
};
export const NO_CHANGES: Changes = {
  entries: [],
  head: null,
  claims: [],
  documents: [],
  values: [],
  erasures: [],
  papers: [],
  returned: [],
  reservations: [],
};

/**
 * Thinks inside a transaction without touching it: asks for rows, is told them, and ends with what shall be
 * written. Pure but for what it throws, so a store may run it in one go or wait at every question.
 */
export type Deliberation<Conclusion extends Changes = Changes> = Generator<Needs, Conclusion, Found>;

/** The head as it was found under the lock, and what the questions asked with it came to. */
export interface Start {
  readonly head: HeadRow;
  readonly ahead: Needs;
  readonly found: Found;
}

/** What shall be committed, as far as it can be told before the tables were looked at. */
export interface Proposal<Conclusion extends Changes = Changes> {
  /** What it needs to know whatever the head is. */
  questions(): Needs;
  deliberate(start: Start): Deliberation<Conclusion>;
  /** Where it may be told without a look what it comes to. */
  readonly foresight: Foresight<Conclusion> | null;
}

/**
 * What is written after `head` if nothing stands under its keys yet: entries with the values they commit to, and of every
 * other table nothing. Null where it takes a look after all. Pure; may be asked again, and `deliberate` after it.
 */
export type Foresight<Conclusion extends Changes> = (head: HeadRow) => Growing<Conclusion> | null;

/** Changes with which the log gets longer. */
export type Growing<Conclusion extends Changes = Changes> = Conclusion & { readonly head: HeadRow };

export interface Tables {
  /**
   * One transaction: locks and reads the head, answers the questions of `proposal` and of its deliberation, writes what
   * that ends with. MUST run alone: no other writer, in this process or another, between the lock and the commit, and no
   * reader that sees a part of it. Resolves with the conclusion when that is durable. When it rejects, nothing is stored,
   * or nobody can tell.
   *
   * A store that knows the head may go by foresight, and tell in `sent` what it sent off before it knows how that ends. It
   * may then be called again. What is sent after it MUST be stored after it or not at all; and where another head was found,
   * or anything under its keys, the proposal is deliberated and the conclusion is another one.
   */
  commit<Conclusion extends Changes>(
    proposal: Proposal<Conclusion>,
    sent?: (foreseen: Conclusion) => void,
  ): Promise<Conclusion>;
  /** From here on: what is committed, outside any transaction. */
  head(): Promise<HeadRow>;
  /** Up to `limit` entries from index `from`. */
  entries(from: number, limit: number): Promise<readonly StoredEntry[]>;
  /** Where up to `limit` entries of the run stand, from its last one back; given `before`, from the one before that. */
  placesOfRun(run: string, before: number | null, limit: number): Promise<readonly number[]>;
  /** Entries at these indexes, which rise. */
  entriesAt(places: readonly number[]): Promise<readonly StoredEntry[]>;
  claim(key: string): Promise<ClaimRecord | null>;
  /** Of one run, free ones too, by the time of their last change. */
  claimsOf(chain: string): Promise<readonly ClaimRecord[]>;
  document(kind: DocumentKind, digest: string): Promise<string | null>;
  /** Up to `limit` values of entries from index `from` on, whole entries only, by index and path. */
  values(from: number, limit: number): Promise<readonly KeptValue[]>;
  /** Beside the log, and never in one transaction with it: a checkpoint is over what is durable already. */
  readonly checkpoints: CheckpointStore;
  /**
   * After what was erased or overwritten is committed: MUST be gone for good from the store's own files when it resolves, from
   * tables, journals and free pages. As far as that is in the store's hand; a server keeps files of its own.
   */
  forget(): Promise<void>;
  close(): Promise<void>;
}

/** No entry's values are torn apart between two pages. */
export function wholeEntries(values: readonly KeptValue[], limit: number): readonly KeptValue[] {
  const beyond = values[limit];
  if (beyond === undefined) return values;
  const page = values.slice(0, limit);
  const whole = page.filter(({ index }) => index !== beyond.index);
  return whole.length > 0 ? whole : values.filter(({ index }) => index === beyond.index);
}

/** For stores that answer at once: from the first question to the end without a turn of the event loop. */
export function concludeAtOnce<Conclusion extends Changes>(
  deliberation: Deliberation<Conclusion>,
  answer: (needs: Needs) => Found,
): Conclusion {
  let step = deliberation.next();
  while (step.done !== true) step = deliberation.next(answer(step.value));
  return step.value;
}
