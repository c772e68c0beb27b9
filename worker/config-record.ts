/** The record's part of cordon.yaml, in the terms of what signs it. */
import type { RecordSettings } from '../activities/checkpoints/settings.ts';
import { nodeCodec } from '../activities/stores/codec.ts';
import { readVerifierKey } from '../workflows/audit/verifier-key.ts';
import type { ConfigFile } from './config-schema.ts';

/** `at` makes paths absolute. */
export function recordFrom(file: ConfigFile['record'], at: (path: string) => string): RecordSettings {
  const { timestamp } = file;
  return {
    keys: file.keys === false ? null : at(file.keys),
    checkpointEvery: file.checkpoint_every,
    checkpointMs: file.checkpoint_ms,
    heartbeatMinutes: file.heartbeat_minutes,
    witnessFile: file.witness_file === false ? null : at(file.witness_file),
    witnesses: file.witnesses.flatMap(({ url, vkey }) => {
      const reading = readVerifierKey(vkey, nodeCodec);
      // The schema has read it before.
      return reading.kind === 'key' ? [{ url, key: reading.key }] : [];
    }),
    s3: file.s3 === undefined ? null : s3From(file.s3),
    timestamp:
      timestamp === undefined
        ? null
        : {
            url: timestamp.url,
            certificates: at(timestamp.certificates),
            everySeconds: timestamp.every_seconds,
          },
  };
}

function s3From(file: NonNullable<ConfigFile['record']['s3']>): RecordSettings['s3'] {
  const { access_key: accessKey, secret_key: secretKey } = file;
  return {
    bucket: file.bucket,
    prefix: file.prefix,
    region: file.region,
    endpoint: file.endpoint ?? null,
    retainDays: file.retain_days,
    everySeconds: file.every_seconds,
    credentials: accessKey === undefined || secretKey === undefined ? null : { accessKey, secretKey },
  };
}
