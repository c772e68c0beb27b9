/**
 * What an operator trusts of the own log without being told: the keys it signs with and the file that its checkpoints are
 * also written to. For anybody else both prove nothing; they bring a policy of their own.
 */
import { existsSync } from 'node:fs';
import { readKeyring } from '../../activities/checkpoints/keyring-file.ts';
import { nodeCodec } from '../../activities/stores/codec.ts';
import { trustInLog } from '../../workflows/audit/trust.ts';
import type { Trust } from '../../workflows/audit/trust-file.ts';
import { readVerifierKey } from '../../workflows/audit/verifier-key.ts';
import type { Config } from '../../worker/config.ts';

export interface OperatorView {
  /** Null where no key was made yet, or this user may not read it. */
  readonly trust: Trust | null;
  /** The file of checkpoints kept elsewhere, where it is there. */
  readonly witnessFile: string | null;
}

export async function operatorView({ record }: Pick<Config, 'record'>): Promise<OperatorView> {
  const reading = record.keys === null ? null : await readKeyring(record.keys);
  const keys =
    reading?.kind === 'file'
      ? [...reading.file.former, ...reading.file.keys.map(({ vkey }) => vkey)].flatMap((vkey) => {
          const key = readVerifierKey(vkey, nodeCodec);
          return key.kind === 'key' ? [key.key] : [];
        })
      : [];
  const { witnessFile } = record;
  return {
    trust: keys.length === 0 ? null : trustInLog(keys),
    witnessFile: witnessFile !== null && existsSync(witnessFile) ? witnessFile : null,
  };
}
