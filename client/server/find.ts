/**
 * Where a Temporal server comes from. The order: one that is configured; `temporal` on the PATH; one that was
 * installed earlier; the SDK's download; a build with Go. The demo, `dev` and the tests all ask here.
 */
import { configuredServer } from './configured.ts';
import { downloadBySdk } from './download.ts';
import type { Address, Binary, None } from './found.ts';
import { install } from './install.ts';
import { inCache, onPath } from './installed.ts';
import type { Surroundings } from './surroundings.ts';

export { explainNone, type Address, type Binary, type None } from './found.ts';
export type { Surroundings } from './surroundings.ts';

/** This process, with progress on stderr every five seconds. */
export function ownSurroundings(): Surroundings {
  return {
    env: process.env,
    say: (line) => void process.stderr.write(`${line}\n`),
    everyMs: 5000,
    download: downloadBySdk,
  };
}

/** All five ways. Installing may take minutes; nothing that can be foreseen throws. */
export async function findServer(surroundings = ownSurroundings()): Promise<Address | Binary | None> {
  const configured = configuredServer(surroundings);
  if (configured.kind !== 'missed') return configured;
  const binary = await findBinary(surroundings);
  return binary.kind === 'none' ? { kind: 'none', tried: [configured, ...binary.tried] } : binary;
}

/** The last four ways, for who needs a server of their own whatever is configured. */
export async function findBinary(surroundings = ownSurroundings()): Promise<Binary | None> {
  const found = await onPath(surroundings);
  if (found.kind === 'binary') return found;
  const cached = await inCache(surroundings);
  if (cached.kind === 'binary') return cached;
  const installed = await install(surroundings);
  if (!('kind' in installed)) return { kind: 'none', tried: [found, cached, ...installed] };
  return installed;
}
