/** The contract of a store of signed checkpoints: what this log has said of itself, and who confirmed it. */

export interface StoredCheckpoint {
  readonly size: number;
  /** The signed note, with every signature that came since. */
  readonly note: string;
  /** Roots of the tree's complete subtrees from left to right, lower-case hex: the tree grows on from them. */
  readonly edge: readonly string[];
  /** The answer of a time-stamping authority (RFC 3161, DER) over the note's text; null while there is none. */
  readonly timestamp: Uint8Array | null;
}

/** What came back for a checkpoint: lines of signatures, each with its newline, or a time stamp. */
export type Attachment =
  | { readonly kind: 'signatures'; readonly lines: string }
  | { readonly kind: 'timestamp'; readonly token: Uint8Array };

export type PutAnswer =
  { readonly kind: 'stored' } | { readonly kind: 'behind'; readonly newest: StoredCheckpoint };

/** Every method throws a `StoreError` when the store cannot be reached or trusted. */
export interface CheckpointStore {
  /** The one over most entries; null while there is none. */
  newest(): Promise<StoredCheckpoint | null>;
  /** The newest one over at most `size` entries. */
  atOrBefore(size: number): Promise<StoredCheckpoint | null>;
  /** Up to `limit` of them from `size` on, in rising order. */
  list(from: number, limit: number): Promise<readonly StoredCheckpoint[]>;
  /**
   * Keeps them, in rising order, or none. MUST be durable when it resolves. MUST NOT go back: when the first is not
   * beyond the newest there is, nothing is kept, also when another process kept that one meanwhile.
   */
  put(checkpoints: readonly StoredCheckpoint[]): Promise<PutAnswer>;
  /** Adds to a checkpoint that is there; lines that it has already are not added twice. */
  attach(size: number, attachment: Attachment): Promise<void>;
}

/** The checkpoint with what came for it. Pure: every store does the same. */
export function attached(checkpoint: StoredCheckpoint, attachment: Attachment): StoredCheckpoint {
  switch (attachment.kind) {
    case 'timestamp':
      return { ...checkpoint, timestamp: attachment.token };
    case 'signatures': {
      const { note } = checkpoint;
      const lines = attachment.lines.split('\n').filter((line) => line !== '' && !note.includes(`${line}\n`));
      return { ...checkpoint, note: note + lines.map((line) => `${line}\n`).join('') };
    }
  }
}
