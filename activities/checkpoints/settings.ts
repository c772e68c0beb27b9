/** How a record is signed and where its checkpoints go, as the configuration says it. Paths are absolute. */
import type { VerifierKey } from '../../workflows/audit/verifier-key.ts';
import type { S3Settings } from './sinks/s3.ts';

export interface RecordSettings {
  /** The file of the log's keys; null: this worker does not sign, another one does. */
  readonly keys: string | null;
  /** Entries between two checkpoints at most. */
  readonly checkpointEvery: number;
  readonly checkpointMs: number;
  readonly heartbeatMinutes: number;
  /** The file outside the store; null: none. */
  readonly witnessFile: string | null;
  readonly witnesses: readonly { readonly url: string; readonly key: VerifierKey }[];
  readonly s3:
    | (S3Settings & {
        /** References to secrets; null: where the SDK finds credentials by itself. */
        readonly credentials: { readonly accessKey: string; readonly secretKey: string } | null;
      })
    | null;
  readonly timestamp: {
    readonly url: string;
    /** PEM file with certificates of the authority. */
    readonly certificates: string;
    readonly everySeconds: number;
  } | null;
}

/** Under which name secrets of this part are resolved. */
export const SECRET_READER = 'record';
