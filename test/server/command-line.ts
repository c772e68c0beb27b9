/** Temporal's own command line, as a person has it: `temporal` on the PATH, pointed at the server of the tests. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { RunningServer } from '../../client/server/start.ts';

/** Runs a line of shell; resolves to what it printed. Rejects, with what it complained of, when it fails. */
export async function inShell(server: RunningServer, line: string): Promise<string> {
  const bin = mkdtempSync(join(tmpdir(), 'cordon-bin-'));
  symlinkSync(server.binary, join(bin, 'temporal'));
  const env = {
    ...process.env,
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    HOME: bin,
    TEMPORAL_ADDRESS: server.address,
    TEMPORAL_NAMESPACE: server.namespace,
  };
  try {
    const { stdout } = await promisify(execFile)('sh', ['-c', line], { env });
    return stdout;
  } finally {
    rmSync(bin, { recursive: true });
  }
}
