/** Carries the demo's record away before its folder is removed, so that whoever watched can check it. */
import { copyFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readKeyring } from '../../activities/checkpoints/keyring-file.ts';
import { eachEntry } from '../../activities/exports/each-entry.ts';
import { writeExport } from '../../activities/exports/write.ts';
import type { RecordSource } from '../../activities/verify/source.ts';
import type { RecordVerdict } from '../../activities/verify/verdict.ts';
import type { Config } from '../../worker/config.ts';
import { checkOwn } from '../audit/check.ts';
import { openSource } from '../audit/open-source.ts';
import { operatorView } from '../audit/operator.ts';
import { policyText } from '../audit/policy-text.ts';

export interface CarriedRecord {
  readonly verdict: RecordVerdict;
  /** With `record/`, `policy` and `checkpoints` in it. */
  readonly folder: string;
  /** A decision worth showing: where the last approval stands, or else the last verdict of policy. Null without either. */
  readonly decision: number | null;
}

/** Relative, so that the commands that are shown are short. */
const FOLDER = join('.cordon', 'demo');

export async function carryAway(config: Config): Promise<CarriedRecord> {
  // Another demo may carry its own away at the same moment; each is whole, and the last one stays.
  const own = `${FOLDER}-${process.pid}`;
  rmSync(own, { recursive: true, force: true });
  mkdirSync(own, { recursive: true, mode: 0o700 });
  const source = await openSource({ name: config.state });
  try {
    const verdict = await checkOwn(source, config);
    const keys = config.record.keys === null ? null : await readKeyring(config.record.keys);
    const policy = keys?.kind === 'file' ? policyText(keys.file) : null;
    if (policy !== null) writeFileSync(join(own, 'policy'), policy);
    const { witnessFile } = await operatorView(config);
    if (witnessFile !== null) copyFileSync(witnessFile, join(own, 'checkpoints'));
    await writeExport(source, join(own, 'record'), { policy, withValues: false, onProgress: () => {} });
    const decision = await decisionIn(source);
    putInPlace(own);
    return { verdict, folder: FOLDER, decision };
  } finally {
    await source.close();
    rmSync(own, { recursive: true, force: true });
  }
}

function putInPlace(own: string): void {
  for (let tries = 20; ; tries -= 1) {
    rmSync(FOLDER, { recursive: true, force: true });
    try {
      return renameSync(own, FOLDER);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if ((code !== 'ENOTEMPTY' && code !== 'EEXIST') || tries === 0) throw error;
    }
  }
}

async function decisionIn(source: RecordSource): Promise<number | null> {
  const found: { approved: number | null; judged: number | null } = { approved: null, judged: null };
  await eachEntry(source, (bytes, index) => {
    if (bytes.includes('"event":"task_approved"')) found.approved = index;
    if (bytes.includes('"event":"policy_checked"')) found.judged = index;
    return true;
  });
  return found.approved ?? found.judged;
}
