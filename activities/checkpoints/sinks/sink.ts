/** The contract of a place outside the store that remembers checkpoints, so that the store cannot forget them. */
import type { Attachment, StoredCheckpoint } from '../../stores/checkpoints.ts';

export type Published =
  /** Remembered there, durably. `attachment` came back for the newest of them. */
  | { readonly kind: 'kept'; readonly attachment: Attachment | null }
  /** It cannot be reached just now. */
  | { readonly kind: 'later'; readonly reason: string }
  /** It remembers something else. Somebody must look: this log was rewritten or forked, or the place is not ours. */
  | { readonly kind: 'refused'; readonly reason: string };

export interface Sink {
  /** As messages call it. */
  readonly name: string;
  /** Whether it wants every checkpoint, or the newest is enough. */
  readonly wants: 'all' | 'newest';
  /** Least milliseconds between two publications. */
  readonly gapMs: number;
  /**
   * Takes checkpoints of rising size, at least one. MUST be safe to repeat, and MUST NOT throw for what can go
   * wrong outside. Ends soon after `signal` says so.
   */
  publish(checkpoints: readonly StoredCheckpoint[], signal: AbortSignal): Promise<Published>;
}
