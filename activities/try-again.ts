/**
 * Thrown by an activity that wants to be called again: the one failure that is expected. Everything else
 * foreseeable comes back as a value; see failure.ts for what Temporal is told.
 */
export class TryAgain extends Error {
  readonly code: string;
  /** Milliseconds to wait; the caller's back-off where absent. */
  readonly afterMs: number | undefined;

  constructor(code: string, message: string, afterMs?: number) {
    super(message);
    this.name = 'TryAgain';
    this.code = code;
    this.afterMs = afterMs;
  }
}
