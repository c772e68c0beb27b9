/** The contract of a place outside the store that remembers checkpoints, so that the store cannot forget them. */
import type { Attachment, StoredCheckpoint } from '../../stores/checkpoints.ts';

export type Published =
  /** Remembered there, durably. `attachment` came back for it. */
  | { readonly kind: 'kept'; readonly attachment: Attachment | null }
  /** It cannot be reached just now. */
  | { readonly kind: 'later'; readonly reason: string }
  /** It remembers something else. Somebody must look: this log was rewritten or forked, or the place is not ours. */
  | { readonly kind: 'refused'; readonly reason: string };

export interface Sink {
  /** As messages call it. */
  readonly name: string;
  /** Least milliseconds between two publications. */
  readonly gapMs: number;
  /**
   * Takes the newest checkpoint; one that wants those before it finds them in the store. MUST be safe to repeat, and
   * MUST NOT throw for what can go wrong outside. Ends soon after `signal` says so.
   */
  publish(newest: StoredCheckpoint, signal: AbortSignal): Promise<Published>;
}
