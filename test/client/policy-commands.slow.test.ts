import { generateKeyPairSync } from 'node:crypto';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { stringify } from 'yaml';
import { openStores } from '../../activities/stores/index.ts';
import { runCordon } from '../command-line.ts';

/** Each command is a process of its own, and the machine may be busy. */
jest.setTimeout(120_000);

const ROOT = resolve(import.meta.dirname, '../..');

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'cordon-policy-cli-'));
  cpSync(join(ROOT, 'policies'), join(home, 'policies'), { recursive: true });
});
afterEach(() => rmSync(home, { recursive: true }));

const policy = (...args: readonly string[]) =>
  runCordon(['--config', join(home, 'cordon.yaml'), 'policy', ...args], { cwd: home });

const configure = (section: object = {}): void =>
  writeFileSync(join(home, 'cordon.yaml'), stringify({ mode: 'development', policy: section }));

const widest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));

describe('cordon policy', () => {
  beforeEach(() => configure());

  test('validate says what can be enforced, and every fault of what cannot', async () => {
    const sound = await policy('validate');
    expect(sound).toMatchObject({ code: 0, err: '' });
    expect(sound.out).toContain('can be enforced');
    expect(sound.out).toMatch(/demands +approvals up to V3, by network/);
    writeFileSync(join(home, 'policies/extra.cedar'), 'permit (principal');
    const broken = await policy('validate');
    expect(broken).toMatchObject({ code: 2, out: '' });
    expect(broken.err).toContain('extra.cedar');
  });

  test('test passes the shipped set, and names the rule that nobody would miss', async () => {
    expect(await policy('test')).toMatchObject({ code: 0, err: '' });
    appendFileSync(
      join(home, 'policies/routers.cedar'),
      '@id("nobody-misses-me") @reason("x") forbid (principal, action in Action::"router-changes", resource) when { context.targets > 40 };\n',
    );
    const { code, out } = await policy('test');
    expect(code).toBe(1);
    expect(out).toContain('rule nobody-misses-me decides in no case');
    expect(out).toContain('rule nobody-misses-me removed: no case fails');
    expect(widest(out)).toBeLessThanOrEqual(80);
  });

  test('explain names the rules, whom it asks, and with exit code 3 that it denies', async () => {
    const asked = await policy(
      'explain',
      'UpdateRouterFirmware',
      '192.0.2.10',
      '--connector',
      'router',
      '--at',
      '2026-11-25T22:30:00Z',
    );
    expect(asked.code).toBe(0);
    expect(asked.out).toContain('needs approval');
    expect(asked.out.replaceAll(/\s+/g, ' ')).toContain(
      'asks for 2 different persons, among them 1 of network, at assurance V3 or better, within 4 hours',
    );
    const denied = await policy(
      'explain',
      'RotatePassword',
      'CEO+x@corp.example',
      '--connector',
      'google-workspace',
    );
    expect(denied.code).toBe(3);
    expect(denied.out).toContain('guard.protected_asset');
    expect(widest(asked.out + denied.out)).toBeLessThanOrEqual(80);
    const unknown = await policy('explain', 'RotatePasword', 'x', '--connector', 'router');
    expect(unknown).toMatchObject({ code: 2 });
    expect(unknown.err).toContain('Did you mean `RotatePassword`?');
  });

  test('diff shows what would become looser first, and ends with 1', async () => {
    cpSync(join(home, 'policies'), join(home, 'next'), { recursive: true });
    const routers = join(home, 'next/routers.cedar');
    const rules = readFileSync(routers, 'utf8');
    writeFileSync(routers, rules.slice(0, rules.indexOf('@id("one-router-at-a-time")')));
    const accounts = join(home, 'next/accounts.cedar');
    writeFileSync(
      accounts,
      readFileSync(accounts, 'utf8').replace('action in [Action::"RevokeOAuthTokens", ', 'action in ['),
    );
    const { code, out } = await policy('diff', join(home, 'next'));
    expect(code).toBe(1);
    const kinds = [...out.matchAll(/^(looser|tighter)/gm)].map(([kind]) => kind);
    expect(kinds[0]).toBe('looser');
    expect(kinds).toContain('tighter');
    expect(kinds.lastIndexOf('looser')).toBeLessThan(kinds.indexOf('tighter'));
    expect(await policy('diff', join(home, 'policies'))).toMatchObject({ code: 0 });
  });

  test('shadow counts alike differences together', async () => {
    mkdirSync(join(home, '.cordon'));
    const line = {
      at: '2026-11-25T12:00:00Z',
      case: 'C',
      playbook: 'p',
      task: 't',
      type: 'RotatePassword',
      shadow_set: 'x',
      enforced: 'deny',
      shadow: 'allow',
      enforced_rules: ['a'],
      shadow_rules: ['b'],
      errors: [],
    };
    writeFileSync(join(home, '.cordon/policy-shadow.jsonl'), `${JSON.stringify(line)}\n`.repeat(3));
    const { code, out } = await policy('shadow');
    expect(code).toBe(0);
    expect(out).toContain('RotatePassword in p, 3 time(s)');
    expect(out).toMatch(/^looser/m);
  });
});

describe('P14: cordon policy activate', () => {
  const person = (id: string): string => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    writeFileSync(join(home, `${id}.pem`), privateKey.export({ type: 'pkcs8', format: 'pem' }), {
      mode: 0o600,
    });
    return publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  };
  const activate = (id: string) => policy('activate', '--key', join(home, `${id}.pem`));

  test('waits for a second, different person, and then is in the record', async () => {
    const signers = [
      { id: 'dana', keys: [person('dana')] },
      { id: 'eli', keys: [person('eli')] },
    ];
    person('mallory');
    writeFileSync(join(home, 'signers.yaml'), stringify({ signers }));
    configure({ activation: 'activation.yaml', signers: 'signers.yaml' });
    expect(await activate('mallory')).toMatchObject({
      code: 2,
      err: expect.stringContaining('belongs to nobody'),
    });
    expect(await activate('dana')).toMatchObject({
      code: 3,
      out: expect.stringContaining('A second, different person'),
    });
    expect(await activate('dana')).toMatchObject({ code: 3 });
    const second = await activate('eli');
    expect(second).toMatchObject({
      code: 0,
      out: expect.stringContaining('is enforced, signed by dana and eli'),
    });
    const ledger = await openStores(join(home, '.cordon/cordon.db'));
    expect((await ledger.head()).size).toBe(1);
    await ledger.close();
  });

  test('signs nothing that fails its own cases', async () => {
    const signers = [
      { id: 'dana', keys: [person('dana')] },
      { id: 'eli', keys: [person('eli')] },
    ];
    writeFileSync(join(home, 'signers.yaml'), stringify({ signers }));
    configure({ activation: 'activation.yaml', signers: 'signers.yaml' });
    writeFileSync(
      join(home, 'policies/tests.yaml'),
      readFileSync(join(home, 'policies/tests.yaml'), 'utf8').replace('effect: allow', 'effect: deny'),
    );
    const { code, err } = await activate('dana');
    expect(code).toBe(1);
    expect(err).toContain('nothing was signed');
  });
});
