import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { killSwitchAt } from '../../activities/policy/kill-switch.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'cordon-switch-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const mail = { connector: 'google-workspace', playbook: 'email_takeover_v1' };
const router = { connector: 'router', playbook: 'router_lockdown_v1' };

describe('A kill switch that is a file', () => {
  const file = () => join(home, 'stop');
  const asked = async (what = mail) => (await killSwitchAt(file())(what)) !== null;

  test('is off while it is absent, and on as soon as it is there', async () => {
    const read = killSwitchAt(file());
    expect(await read(mail)).toBeNull();
    writeFileSync(file(), '');
    expect(await read(mail)).toContain('nothing acts');
    rmSync(file());
    expect(await read(mail)).toBeNull();
  });

  test('may stop one connector, or one playbook', async () => {
    writeFileSync(file(), 'connectors: [router]\nplaybooks: [device_compromise_v1]\n');
    expect(await asked(mail)).toBe(false);
    expect(await asked(router)).toBe(true);
    expect(await asked({ connector: 'endpoint', playbook: 'device_compromise_v1' })).toBe(true);
  });

  test.each([
    ['words', 'off'],
    ['a list', '- router'],
    ['broken YAML', 'connectors: ['],
    ['a word nobody knows', 'conectors: [router]'],
    ['a list that names nothing', 'connectors: []'],
    ['more than anybody would write', `connectors: [${'x, '.repeat(40_000)}]`],
  ])('stops everything when it holds %s', async (_what, text) => {
    writeFileSync(file(), text);
    expect(await asked(mail)).toBe(true);
  });

  test('stops everything when it leads nowhere', async () => {
    symlinkSync(join(home, 'nowhere'), file());
    expect(await asked()).toBe(true);
  });

  test('F18: stops everything when it cannot be looked at', async () => {
    const locked = join(home, 'locked');
    mkdirSync(locked);
    const behind = join(locked, 'x'.repeat(300));
    // A name that no file system takes stands for every failure but absence; permissions do not bind root.
    expect(await killSwitchAt(behind)(mail)).toContain('nothing acts');
    chmodSync(locked, 0o700);
  });
});

describe('A kill switch that is a folder', () => {
  const folder = () => join(home, 'switches');
  beforeEach(() => mkdirSync(folder()));

  test('is off while it is empty, and stops what its files name', async () => {
    const read = killSwitchAt(folder());
    expect(await read(mail)).toBeNull();
    writeFileSync(join(folder(), 'connector-router'), '');
    expect(await read(mail)).toBeNull();
    expect(await read(router)).toContain('connector router');
    writeFileSync(join(folder(), 'playbook-email_takeover_v1'), '');
    expect(await read(mail)).toContain('playbook email_takeover_v1');
  });

  test.each(['all', 'STOP', 'conector-router', 'readme.txt'])(
    'a file called %s stops everything',
    async (name) => {
      writeFileSync(join(folder(), name), '');
      expect(await killSwitchAt(folder())(mail)).toContain('nothing acts');
    },
  );

  test('F18: that goes missing is on: nobody knows what was in it', async () => {
    const read = killSwitchAt(folder());
    expect(await read(mail)).toBeNull();
    rmSync(folder(), { recursive: true });
    expect(await read(mail)).toContain('nothing acts');
  });
});
