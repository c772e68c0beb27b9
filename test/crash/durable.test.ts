import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { temporaryFolder } from '../audit/samples.ts';

const SCRIPT = fileURLToPath(new URL('../audit/writer.ts', import.meta.url));
const folder = temporaryFolder();
const EVENTS = 25;

/** Null when it ran; otherwise why system calls cannot be watched here. */
function trace(output: string): string | null {
  const args = ['-f', '-qq', '-o', output, '-e', 'trace=fdatasync,fsync,write'];
  const writer = [process.execPath, SCRIPT, join(folder, 'cordon.db'), 'w', '0', String(EVENTS), '1'];
  const { error, status, stderr } = spawnSync('strace', [...args, ...writer], { encoding: 'utf8' });
  if (error !== undefined) return `strace cannot be started (${error.message})`;
  return status === 0 ? null : `strace failed: ${stderr.slice(0, 200)}`;
}

/** Events that were acknowledged although nothing had been flushed since the acknowledgement before. */
function unflushed(calls: readonly string[]): readonly string[] {
  const early: string[] = [];
  let flushed = false;
  for (const call of calls) {
    if (/f(data)?sync\(\d+\) += 0|f(data)?sync resumed.*= 0/.test(call)) flushed = true;
    const [, told] = /write\(1, "(w0 \d+)\\n"/.exec(call) ?? [];
    if (told === undefined) continue;
    if (!flushed) early.push(told);
    flushed = false;
  }
  return early;
}

test('T30: each acknowledgement follows a flush of the file to disk, as the kernel saw it', () => {
  const output = join(folder, 'trace');
  const obstacle = trace(output);
  if (obstacle !== null) {
    process.stdout.write(`T30 is skipped: ${obstacle}\n`);
    return;
  }
  const calls = readFileSync(output, 'utf8').split('\n');
  expect(calls.filter((call) => /write\(1, "w0 /.test(call))).toHaveLength(EVENTS);
  expect(unflushed(calls)).toEqual([]);
  // The control: the same trace without its flushes must be found out.
  expect(unflushed(calls.filter((call) => !call.includes('sync')))).toHaveLength(EVENTS);
}, 60_000);
