/** One pass over an export, in a process of its own: `bare` reads and hashes, `verify` checks. Prints its figures. */
import { readFileSync } from 'node:fs';
import { hash } from 'node:crypto';
import { join } from 'node:path';
import { openExport } from '../activities/exports/read.ts';
import { nodeCodec } from '../activities/stores/codec.ts';
import { readLines } from '../activities/verify/lines.ts';
import { verifyRecord } from '../activities/verify/verify.ts';
import { readTrust } from '../workflows/audit/trust-file.ts';
import type { PassFigures } from './audit-verify.ts';

async function bare(folder: string): Promise<number> {
  let entries = 0;
  for await (const batch of readLines(join(folder, 'entries.jsonl'))) {
    if ('kind' in batch) throw new Error('a line is too long');
    const { bytes, spans } = batch;
    for (let at = 0; at < spans.length; at += 2)
      hash('sha256', bytes.subarray(spans[at], spans[at + 1]), 'hex');
    entries += spans.length / 2;
  }
  return entries;
}

async function verify(folder: string): Promise<number> {
  const reading = readTrust(readFileSync(join(folder, 'policy'), 'utf8'), nodeCodec);
  if (reading.kind === 'refused') throw new Error(reading.reason);
  const source = await openExport(folder);
  const verdict = await verifyRecord(source, { trust: reading.trust, outside: [], deep: false, now: 0 });
  if (verdict.kind === 'broken') throw new Error(verdict.reason);
  if (verdict.level !== 2) throw new Error(`only level ${verdict.level} was shown`);
  return verdict.entries;
}

/** What Linux tells of this program alone: the usual figure begins with the memory of whoever started it. */
function peakKiB(): number {
  try {
    const told = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    if (told !== undefined) return Number(told);
  } catch {
    // Another system.
  }
  return process.resourceUsage().maxRSS;
}

const [kind, folder = ''] = process.argv.slice(2);
const from = performance.now();
const entries = await (kind === 'bare' ? bare(folder) : verify(folder));
const figures: PassFigures = {
  seconds: (performance.now() - from) / 1000,
  peakMiB: peakKiB() / 1024,
  entries,
};
process.stdout.write(JSON.stringify(figures));
