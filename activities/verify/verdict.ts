/** What a check came to. */

/**
 * How much was shown. 0: every entry confirms the one before. 1: and the log's own head agrees. 2: and so do checkpoints
 * signed with trusted keys, at every place where one is due. 3: and copies kept elsewhere.
 */
export type Level = 0 | 1 | 2 | 3;

export const BROKEN_CODES = [
  /** An entry does not fit where it stands. */
  'entry_broken',
  /** The head says another end. */
  'head_disagrees',
  /** Signed or kept elsewhere, and not what the entries give. */
  'rewritten',
  /** Fewer entries than were signed or kept elsewhere. */
  'cut',
  /** A checkpoint is missing where one is due. */
  'checkpoint_missing',
  /** A checkpoint is not signed by a key that is trusted at its size. */
  'checkpoint_untrusted',
  /** Entries older than the cadence that no checkpoint covers. */
  'tail_unconfirmed',
  /** A silence longer than heartbeats allow, and nobody says that the log was closed. */
  'silence',
  /** A personal value is gone, and no entry says that it was erased. */
  'value_missing',
  /** A personal value is not the one that was committed to. */
  'value_changed',
  /** The file or its tables are damaged; the entries may be whole. */
  'damaged',
] as const;
export type BrokenCode = (typeof BROKEN_CODES)[number];

export interface ValueCounts {
  readonly present: number;
  readonly erased: number;
  /** Committed to, but this source carries no values: an export without them. */
  readonly notCarried: number;
}

export type RecordVerdict =
  | {
      readonly kind: 'verified';
      readonly log: string | null;
      readonly entries: number;
      /** Leaf hash of the last entry and root of the tree, lower-case hex. */
      readonly head: string;
      readonly root: string;
      readonly level: Level;
      /** Entries that a signed checkpoint covers, and those that a copy elsewhere covers. */
      readonly signed: number;
      readonly witnessed: number;
      readonly values: ValueCounts;
      readonly deep: boolean;
      /** Worth knowing, and not wrong. */
      readonly notices: readonly string[];
    }
  | {
      readonly kind: 'broken';
      readonly code: BrokenCode;
      /** How many entries hold; the first that cannot be trusted, null when the damage lies outside the entries. */
      readonly entries: number;
      readonly firstBad: number | null;
      readonly reason: string;
    };
