import { createHash } from 'node:crypto';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { BackupRouterConfig, ScanRouter, VerifyHardening } from '../../../activities/catalogue/router.ts';
import type { CallContext } from '../../../activities/connectors/connector.ts';
import type { Router, RouterConfig } from '../../../activities/connectors/router/config.ts';
import { createRouter } from '../../../activities/connectors/router/index.ts';
import { parseRule, writeRule } from '../../../activities/connectors/router/rule.ts';
import { openRouter, openwrtMachine, type OpenwrtState } from '../../../simulators/device/openwrt.ts';
import { startDevice, type SimulatedDevice } from '../../../simulators/device/server.ts';
import type { JsonObject } from '../../../workflows/language/json.ts';
import { callWith, createVault, doneOf, memoryEvidence, perform, targetOf, textOf, undo } from './world.ts';

const CANARY = 'canary-Wpa-Key-7731';
const URL = 'https://firmware.example/router-23.05.3.bin';
const IMAGE = 'the bytes of an image';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

let state: OpenwrtState;
let device: SimulatedDevice;
let vault = createVault();
let evidence = memoryEvidence();
let calls = 0;

async function open(over: Partial<OpenwrtState> = {}): Promise<void> {
  state = openRouter({ images: new Map([[URL, { bytes: IMAGE, version: '23.05.3' }]]), ...over });
  state.uci.set('wireless.default_radio0', ['wifi-iface']);
  state.uci.set('wireless.default_radio0.key', [CANARY]);
  const lockedOut = (): boolean => state.uci.get('firewall.cordon_in_0.dest_port')?.[0] === '22';
  device = await startDevice(openwrtMachine(state), { admits: () => !lockedOut() });
}

beforeEach(async () => {
  vault = createVault();
  evidence = memoryEvidence();
  await open();
});
afterEach(() => device.close());

function act(
  type: string,
  input: JsonObject,
  over: Partial<CallContext> & {
    readonly router?: Partial<Router>;
    readonly config?: Partial<RouterConfig>;
  } = {},
) {
  const { router: more, config, ...call } = over;
  const router = {
    address: '192.0.2.10',
    dialect: 'openwrt' as const,
    ssh: targetOf(device, vault),
    adminUser: 'root',
    revertSeconds: 1,
    ports: {},
    ...more,
  };
  const firmware = [{ url: URL, sha256: sha256(IMAGE), version: '23.05.3' }];
  const connector = createRouter({ routers: [router], firmware, ...config }, evidence);
  const key = String((calls += 1)).padStart(64, '0');
  return perform(connector, type, { router_ip: '192.0.2.10', ...input }, callWith(vault, { key, ...call }));
}

describe('a backup', () => {
  test('keeps the configuration as the router gave it, under the hash it names', async () => {
    const { output } = doneOf(await act('BackupRouterConfig', { case_id: 'case-1' }));
    const { backup, bytes } = BackupRouterConfig.output.parse(output);
    expect(evidence.text(backup)).toContain(`option key '${CANARY}'`);
    expect(sha256(evidence.text(backup))).toBe(backup);
    expect(bytes).toBe(evidence.text(backup).length);
    expect(JSON.stringify(output)).not.toContain('canary');
  });
});

describe('a new administrator password', () => {
  test('is made, kept as a secret and set; neither answer nor command line holds it', async () => {
    const { output } = doneOf(await act('ChangeRouterPassword', {}));
    const value = vault.values.get(textOf(output, 'password_ref')) ?? '';
    expect(value).toMatch(/^[A-Za-z2-9]{24}$/);
    expect(state.passwordDigest).toBe(sha256(value));
    expect(JSON.stringify([output, device.lines(), device.effects()])).not.toContain(value);
  });

  test('is the same on every attempt of a call', async () => {
    const key = 'a'.repeat(64);
    doneOf(await act('ChangeRouterPassword', {}, { key }));
    const first = state.passwordDigest;
    doneOf(await act('ChangeRouterPassword', {}, { key, attempt: 2 }));
    expect(state.passwordDigest).toBe(first);
  });

  test('S01: a given one stays a reference, also when the router refuses it', async () => {
    const reference = vault.keep('canary-New-Admin-Password');
    device.fault({ kind: 'refuse', match: 'passwd', times: 1 });
    const refused = await act('ChangeRouterPassword', { new_password_enc: reference });
    expect(refused).toMatchObject({ kind: 'unknown', fault: { code: 'device_refused' } });
    const done = await act('ChangeRouterPassword', { new_password_enc: reference });
    expect(done).toEqual({ kind: 'done', output: { password_ref: reference } });
    expect(JSON.stringify([refused, done, device.lines()])).not.toContain('canary');
  });

  test('that would be two lines on the way in is refused before anything is sent', async () => {
    const reference = vault.keep('canary-line-one\nroot:another');
    const answer = await act('ChangeRouterPassword', { new_password_enc: reference });
    expect(answer).toMatchObject({ kind: 'refused', fault: { code: 'password_unfit' } });
    expect(JSON.stringify(answer)).not.toContain('canary');
    expect(device.lines()).toEqual([]);
  });

  test('does not change the password that we ourselves sign in with', async () => {
    const reference = vault.keep(device.password);
    const ssh = targetOf(device, vault, { credential: { kind: 'password', reference } });
    const answer = await act('ChangeRouterPassword', {}, { router: { ssh, adminUser: device.user } });
    expect(answer).toMatchObject({ kind: 'refused', fault: { code: 'own_password' } });
  });
});

describe('settings that were set and not yet in force', () => {
  const input = { syslog_server: 'syslog.example', log_level: 'informational' };
  const SET = 'uci -q batch';
  const RESTART = '/etc/init.d/log restart';
  const sentAfter = (line: string) => device.lines().slice(device.lines().lastIndexOf(line) + 1);

  test('are put into force when the connection was lost in between', async () => {
    device.fault({ kind: 'cut_after', match: SET, times: 1 });
    doneOf(await act('EnableRouterLogging', input));
    expect(sentAfter(SET)).toContain(RESTART);
  });

  test('are put into force by the repeat when the attempt before it ended in between', async () => {
    const key = 'b'.repeat(64);
    device.fault({ kind: 'hang', match: RESTART, times: 1 });
    const gone = new AbortController();
    const first = act('EnableRouterLogging', input, { key, signal: gone.signal });
    while (!device.lines().includes(RESTART)) await new Promise((resolve) => setTimeout(resolve, 5));
    gone.abort();
    expect((await first).kind).toBe('unknown');
    const before = device.lines().length;
    const { output, undo: saved } = doneOf(await act('EnableRouterLogging', input, { key, attempt: 2 }));
    expect(output).toEqual({ enabled: true });
    const again = device.lines().slice(before);
    expect(again).toContain(RESTART);
    expect(again).not.toContain(SET);
    expect(saved).toMatchObject({ before: { 'system.@system[0].log_ip': null } });
  });
});

describe('access rules', () => {
  test('N08: a rule that locks us out goes back by itself, and the call says that nothing is changed', async () => {
    const before = Object.fromEntries(state.uci);
    const answer = await act('ApplyACL', { rules: ['deny tcp any any eq 22'], direction: 'inbound' });
    expect(answer).toMatchObject({ kind: 'refused', fault: { code: 'device_reverted' } });
    expect(Object.fromEntries(state.uci)).toEqual(before);
    expect(device.effects().map(({ what }) => what)).toContain('went back by its own timer');
  }, 20_000);

  test.each([
    ['deny  tcp any   any eq 23', 'deny tcp any any eq 23'],
    ['permit ip host 10.0.0.1 any', 'permit ip 10.0.0.1/32 any'],
    ['deny udp 10.0.0.0/08 192.0.2.0/24 eq 161', 'deny udp 10.0.0.0/8 192.0.2.0/24 eq 161'],
  ])('have one spelling: %s', (given, written) => {
    const rule = parseRule(given);
    expect(rule.kind === 'got' && writeRule(rule.value)).toBe(written);
  });

  test.each([
    'deny tcp any any eq 0',
    'deny ip any any eq 23',
    'allow tcp any any',
    'deny tcp 10.0.0.0/33 any',
    'deny tcp any any eq 23; reboot',
    'deny tcp any any\nreboot',
    'deny tcp 1.2.3 any',
    '',
  ])('that are none are refused before anything is sent: %j', async (rule) => {
    const answer = await act('ApplyACL', { rules: ['permit ip any any', rule], direction: 'inbound' });
    expect(answer).toMatchObject({ kind: 'refused', fault: { code: 'rule_unreadable' } });
    expect(device.lines()).toEqual([]);
  });
});

describe('a scan', () => {
  test('finds what answers and what is switched on, and is silent about the rest', async () => {
    const telnet = createServer((socket) => socket.end());
    await new Promise<void>((resolve) => telnet.listen(0, '127.0.0.1', resolve));
    const { port } = telnet.address() as AddressInfo;
    const closed = { ftp: 1, http: 1, snmp: 1, https: 1, upnp: 1 };
    const over = { router: { ports: { ...closed, telnet: port } } };
    const outside = doneOf(await act('ScanRouter', { scan_type: 'unauthenticated' }, over)).output;
    expect(ScanRouter.output.parse(outside).findings.map(({ id }) => id)).toEqual(['open-telnet']);
    const inside = doneOf(await act('ScanRouter', { scan_type: 'authenticated' }, over)).output;
    expect(ScanRouter.output.parse(inside).findings.map(({ id }) => id)).toEqual([
      'open-telnet',
      'enabled-telnet',
      'enabled-http',
      'enabled-https',
    ]);
    telnet.close();
  });

  test('of a router that is not there says so instead of finding nothing', async () => {
    const ssh = { ...targetOf(device, vault), port: 1 };
    const answer = await act('ScanRouter', { scan_type: 'unauthenticated' }, { router: { ssh } });
    expect(answer).toMatchObject({ kind: 'try_again', fault: { code: 'router_unreachable' } });
  });
});

describe('the verification', () => {
  const CHECKLIST = [
    'telnet is off',
    'http is off',
    'inbound rule: deny tcp any any eq 23',
    'log goes to syslog.example',
    'no finding above medium',
  ];

  test('S01: passes once all holds, and tells every change since the backup but no secret', async () => {
    const backup = doneOf(await act('BackupRouterConfig', { case_id: 'case-1' })).output['backup'] ?? '';
    doneOf(await act('DisableRouterService', { services: ['telnet', 'http'] }));
    doneOf(await act('ApplyACL', { rules: ['deny tcp any any eq 23'], direction: 'inbound' }));
    doneOf(await act('EnableRouterLogging', { syslog_server: 'syslog.example', log_level: 'debug' }));
    state.uci.set('wireless.default_radio0.key', ['canary-Another-Key']);
    const input = { baseline_checklist: CHECKLIST, scan_results: [], backup };
    const output = VerifyHardening.output.parse(doneOf(await act('VerifyHardening', input)).output);
    expect(output).toMatchObject({ passed: true, failed_items: [] });
    expect(output.changes_applied).toEqual(
      expect.arrayContaining([
        'removed: uhttpd.main.listen_http is 0.0.0.0:80',
        'added: system.@system[0].log_ip is syslog.example',
        'added: firewall.cordon_in_0.dest_port is 23',
        'added: wireless.default_radio0.key is [not shown]',
      ]),
    );
    expect(JSON.stringify(output)).not.toContain('canary');
  });

  test('names every item that does not hold, and one that it cannot check never passes', async () => {
    const findings = [{ id: 'open-telnet', severity: 'critical', title: 'telnet answers' }];
    const input = { baseline_checklist: [...CHECKLIST, 'everything is fine'], scan_results: findings };
    const output = VerifyHardening.output.parse(doneOf(await act('VerifyHardening', input)).output);
    expect(output.passed).toBe(false);
    expect(output.failed_items).toHaveLength(6);
    expect(output.failed_items.at(-1)).toContain('cannot be checked');
  });

  test('against a backup that nobody stored is refused', async () => {
    const input = { baseline_checklist: [], scan_results: [], backup: 'f'.repeat(64) };
    expect(await act('VerifyHardening', input)).toMatchObject({
      kind: 'refused',
      fault: { code: 'backup_missing' },
    });
  });
});

describe('firmware', () => {
  const update = (over: Parameters<typeof act>[2] = {}, input: JsonObject = {}) =>
    act('UpdateRouterFirmware', { firmware_url: URL, verify_checksum: true, ...input }, over);

  test('is staged, checked, tested, installed, and its version read back', async () => {
    const { output } = doneOf(await update());
    expect(output).toEqual({ previous_version: '23.05.2', version: '23.05.3', checksum_verified: true });
  }, 15_000);

  test('that takes the line with it is found installed; the same call has one effect and the same answer', async () => {
    const key = 'b'.repeat(64);
    device.fault({ kind: 'cut_after', match: 'sysupgrade -q', times: 1 });
    const first = doneOf(await update({ key }));
    const second = doneOf(await update({ key, attempt: 2 }));
    expect(second).toEqual(first);
    expect(device.effects().map(({ what }) => what)).toEqual(['firmware 23.05.3 installed']);
  }, 15_000);

  test.each([
    ['a router without a second image', { secondImage: false }, {}, 'no_second_image'],
    [
      'an image that is not the approved one',
      { images: new Map([[URL, { bytes: 'other', version: 'x' }]]) },
      {},
      'checksum_wrong',
    ],
    [
      'an image that nobody approved',
      {},
      { firmware_url: 'https://evil.example/x.bin' },
      'firmware_unapproved',
    ],
    ['an image without its checksum', {}, { verify_checksum: false }, 'checksum_required'],
  ])('refuses %s, and installs nothing', async (_what, over, input, code) => {
    await device.close();
    await open(over);
    expect(await update({}, input)).toMatchObject({ kind: 'refused', fault: { code } });
    expect(device.effects()).toEqual([]);
  });

  test('is declared as what it is: irreversible, and marked by the version that runs', () => {
    const { performs } = createRouter({ routers: [], firmware: [] }, evidence);
    expect(performs['UpdateRouterFirmware']).toMatchObject({ reversibility: 'C', repeat: 'marker' });
    expect(performs['UpdateRouterFirmware']?.undo).toBeUndefined();
    expect(performs['ChangeRouterPassword']).toMatchObject({ reversibility: 'C' });
    for (const type of ['DisableRouterService', 'ApplyACL', 'EnableRouterLogging'])
      expect(performs[type]).toMatchObject({ reversibility: 'A', undo: { class: 'A' } });
  });
});

test('an undo of what we never saved, or of a router no longer configured, changes nothing', async () => {
  const connector = createRouter({ routers: [], firmware: [] }, evidence);
  const junk = await undo(connector, 'ApplyACL', { nothing: true }, callWith(vault));
  expect(junk).toMatchObject({ kind: 'refused', fault: { code: 'undo_impossible' } });
  const saved = { place: { router: '192.0.2.10' }, before: { rules: [] }, after: { rules: [] } };
  expect(await undo(connector, 'ApplyACL', saved, callWith(vault))).toMatchObject({
    kind: 'refused',
    fault: { code: 'router_unknown' },
  });
});
