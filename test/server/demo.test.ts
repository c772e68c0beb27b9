/** `npm run demo` as it is typed, each in a process of its own: what it says must hold, and its exit code say so. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Look } from '../../client/demo/looks.ts';
import { setDemos } from '../demos.ts';

const { folder, cordon, settings, demo } = setDemos(120_000);
const [node, main] = cordon;
/** Root is shown real devices where it can; test/devices has those. */
const SIMULATED = ['--site', 'simulated'];
interface Shown {
  readonly status: string;
  readonly denial: { readonly asset: string };
  readonly looks: readonly Look[];
  readonly amiss: readonly string[];
  readonly undo: { readonly status: string };
  readonly audit: { readonly verified: boolean };
}

describe('the demo', () => {
  test.each([
    ['device', 'host-dc-01'],
    ['router', '192.0.2.1'],
  ])(
    '%s ends with devices as they were, but for what nothing gives back, and a record that verifies',
    async (name, asset) => {
      const { code, out, err } = await demo(name, '--json', ...SIMULATED);
      expect({ code, err: /error|✗|    at /i.exec(err) }).toEqual({ code: 0, err: null });
      const shown = JSON.parse(out) as Shown;
      expect(shown).toMatchObject({
        status: 'completed',
        denial: { asset },
        amiss: [],
        undo: { status: 'completed' },
        audit: { verified: true },
      });
      const [before, after, undone] = shown.looks.map(({ facts }) => facts);
      expect(shown.looks.map(({ when }) => when)).toEqual(['before', 'after', 'undone']);
      for (const [n, { answer, comesBack }] of (before ?? []).entries()) {
        expect(after?.[n]?.answer).not.toBe(answer);
        expect(undone?.[n]?.answer).toBe(comesBack ? answer : after?.[n]?.answer);
      }
    },
    120_000,
  );

  test('stops at the first card where it is told to, with the exit code for what is not done', async () => {
    const { code, err } = await demo('device', '--no-approve', ...SIMULATED);
    expect(code).toBe(3);
    expect(err).toContain('waits for approval');
  }, 120_000);

  test('Ctrl-C ends it at once, and leaves none of its files', async () => {
    const child = spawn(node, [main, 'demo', 'router', '--keep', ...SIMULATED], settings());
    let said = '';
    child.stderr.on('data', (part: Buffer) => (said += part.toString('utf8')));
    await new Promise<void>((done) => {
      child.stderr.on('data', () => void (said.includes('riley starts') && done()));
      child.on('exit', () => done());
    });
    child.kill('SIGINT');
    const code = await new Promise((done) => child.on('exit', done));
    expect({ code, said: said.split('\n').at(-2) }).toEqual({
      code: 3,
      said: 'interrupted; nothing of it is left running',
    });
    expect(readdirSync(folder).filter((one) => one.startsWith('cordon-demo-'))).toEqual([]);
  }, 120_000);

  test('a name that no demo has is refused, with those there are', async () => {
    const { code, err } = await demo('banana');
    expect({ code, err: err.trim() }).toEqual({
      code: 2,
      err: '✗ no demo is called banana; choose email, device or router',
    });
    expect(existsSync(join(folder, '.cordon', 'demo', 'record'))).toBe(true);
  });
});
