/** What a report may read of the deployment's memory: one run's entries, and the plan it was given. */

export interface RunRecord {
  /** One run's entries in order, as the log stores them. */
  byRun(chain: string): AsyncIterable<{ readonly bytes: Uint8Array }>;
  /** Null when the plan is not in the store. */
  plan(digest: string): Promise<string | null>;
}
