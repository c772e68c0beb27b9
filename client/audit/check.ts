/** The check of an operator's own record: with its own keys, against the file its checkpoints are also written to. */
import type { RecordSource } from '../../activities/verify/source.ts';
import type { RecordVerdict } from '../../activities/verify/verdict.ts';
import { verifyRecord } from '../../activities/verify/verify.ts';
import type { Config } from '../../worker/config.ts';
import { operatorView } from './operator.ts';
import { outsideFrom } from './trust.ts';

export async function checkOwn(source: RecordSource, config: Pick<Config, 'record'>): Promise<RecordVerdict> {
  const { trust, witnessFile } = await operatorView(config);
  const outside = witnessFile === null ? null : outsideFrom(witnessFile);
  return verifyRecord(source, {
    trust,
    outside: outside?.kind === 'copy' ? [outside.copy] : [],
    deep: true,
    now: Date.now(),
  });
}
