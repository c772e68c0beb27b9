/** Tests of real device software, each in a lab of its own; what they need is said where it is not there. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from '@jest/globals';
import { openLab, type Lab } from '../../simulators/network/lab.ts';
import { whereIs } from '../../simulators/network/programs.ts';

/**
 * A test of real devices. Without root or one of the programs it is skipped and its name says why; where CI is
 * set it fails instead, so that nobody takes a skipped lab for a passed one.
 */
export function deviceTest(
  name: string,
  programs: readonly string[],
  body: (lab: Lab) => Promise<void>,
): void {
  const why = missing(programs);
  if (why === null) test(name, () => within(body), 300_000);
  else if (process.env['CI'] === 'true')
    test(name, () => {
      throw new Error(`cannot run: ${why}; see test/devices/install.sh`);
    });
  else test.skip(`${name} — cannot run: ${why}`, () => undefined);
}

export function missing(programs: readonly string[]): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'it needs root on Linux';
  const absent = programs.filter((one) => whereIs(one) === null);
  return absent.length === 0 ? null : `not installed: ${absent.join(', ')}`;
}

async function within(body: (lab: Lab) => Promise<void>): Promise<void> {
  const lab = await openLab(mkdtempSync(join(tmpdir(), 'cordon-lab-')));
  try {
    await body(lab);
  } finally {
    lab.close();
  }
}
