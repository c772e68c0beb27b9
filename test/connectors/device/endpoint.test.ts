import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CollectForensics, DetectAnomaly, TerminateProcesses } from '../../../activities/catalogue/device.ts';
import type { Connector } from '../../../activities/connectors/connector.ts';
import { createEndpoint } from '../../../activities/connectors/endpoint/index.ts';
import { compromisedHost, hostMachine, type HostState } from '../../../simulators/device/host.ts';
import { startDevice, type SimulatedDevice } from '../../../simulators/device/server.ts';
import type { JsonObject } from '../../../workflows/language/json.ts';
import { callWith, createVault, doneOf, memoryEvidence, perform, targetOf } from './world.ts';

const NOW = 1_780_000_000;
const LOG = '/var/log/osquery/osqueryd.results.log';
const LOOK = { device_id: 'HOST-0042', osquery_log: '/var/log/osquery' };

let state: HostState;
let device: SimulatedDevice;
let connector: Connector;
const vault = createVault();
const evidence = memoryEvidence();

function connect(over: Parameters<typeof targetOf>[2] = {}): Connector {
  const ssh = targetOf(device, vault, over);
  const files = ['/etc/passwd', '/etc/gone'];
  return createEndpoint(
    {
      devices: { 'host-0042': { ssh, files, logs: ['/var/log/auth.log'] } },
      collector: null,
      logFolders: ['/var/log/osquery'],
      rulesFile: null,
    },
    evidence,
  );
}

beforeEach(async () => {
  state = compromisedHost('host-0042', NOW);
  device = await startDevice(hostMachine(state));
  connector = connect();
});
afterEach(() => device.close());

async function detect(input: JsonObject = LOOK): Promise<JsonObject> {
  return doneOf(await perform(connector, 'DetectAnomaly', input, callWith(vault))).output;
}

describe('detection from the log of osquery', () => {
  test('names the processes, the servers they talk to, and why', async () => {
    const output = DetectAnomaly.output.parse(await detect());
    expect(output).toMatchObject({
      anomalous: true,
      malicious_pids: [4711, 4712],
      c2_domains: ['evil.example'],
      processes: [
        { pid: 4711, start_time: NOW - 600, path: '/tmp/.x/kworkerd' },
        { pid: 4712, start_time: NOW - 500, path: '/usr/bin/bash' },
      ],
    });
    expect(output.iocs).toContainEqual({ type: 'domain', value: 'beacon.evil.example' });
    expect(output.iocs).toContainEqual({ type: 'ip', value: '203.0.113.66' });
    expect(output.summary).toContain('folder that anyone may write to');
  });

  test('a process that osquery saw end is no longer named', async () => {
    const lines = (state.files.get(LOG) ?? '').split('\n');
    const miner = lines.find((line) => line.includes('kworkerd"')) ?? '';
    const socket = lines.find((line) => line.includes('remote_port')) ?? '';
    const over = [miner, socket].map((line) => line.replace('"action":"added"', '"action":"removed"'));
    state.files.set(LOG, [...lines, ...over].join('\n'));
    expect((await detect())['malicious_pids']).toEqual([4712]);
  });

  test('reads snapshots and batches as it reads single rows', async () => {
    const row = { pid: '9', path: '/dev/shm/x', start_time: '5', cmdline: 'x' };
    const base = { hostIdentifier: 'host-0042', unixTime: NOW };
    const lines = [
      { ...base, name: 'batch', diffResults: { added: [row], removed: [] } },
      { ...base, name: 'shot', action: 'snapshot', snapshot: [{ ...row, pid: '10' }] },
      { ...base, name: 'shot', action: 'snapshot', snapshot: [{ ...row, pid: 11 }] },
    ];
    state.files.set(LOG, lines.map((line) => JSON.stringify(line)).join('\n'));
    expect((await detect())['malicious_pids']).toEqual([9, 11]);
  });

  test('a quiet device is said to be quiet, with how much was looked at', async () => {
    const quiet = {
      name: 'p',
      hostIdentifier: 'host-0042',
      action: 'added',
      columns: { pid: '1', path: '/sbin/init' },
    };
    state.files.set(LOG, JSON.stringify(quiet));
    expect(await detect()).toMatchObject({ anomalous: false, malicious_pids: [], iocs: [] });
  });

  test.each([
    [
      'about another host',
      JSON.stringify({ name: 'p', hostIdentifier: 'other', action: 'added', columns: {} }),
    ],
    ['empty', ''],
    ['garbled', '{"name":\n\u0000\u0001{{{{\n[]'],
  ])('a log that is %s is not taken for a clean device', async (_how, text) => {
    state.files.set(LOG, text);
    const answer = await perform(connector, 'DetectAnomaly', LOOK, callWith(vault));
    expect(answer).toMatchObject({ kind: 'refused', fault: { code: 'log_says_nothing' } });
  });

  test.each([
    '/etc/shadow',
    '/var/log/osquery/../../etc/shadow',
    'osquery.log',
    '/var/log/osquery-evil/x.log',
  ])('reads nothing outside the folders of osquery: %s', async (osquery_log) => {
    const answer = await perform(connector, 'DetectAnomaly', { ...LOOK, osquery_log }, callWith(vault));
    expect(answer).toMatchObject({ kind: 'refused', fault: { code: 'log_outside' } });
    expect(device.lines()).toEqual([]);
  });
});

describe('ending processes', () => {
  const end = async (input: JsonObject, over = {}) =>
    perform(connector, 'TerminateProcesses', { device_id: 'host-0042', ...input }, callWith(vault, over));

  test('takes what detection said, and ends exactly that', async () => {
    const { malicious_pids, processes } = await detect();
    const { output } = doneOf(await end({ process_ids: malicious_pids ?? [], processes: processes ?? [] }));
    expect(TerminateProcesses.output.parse(output)).toEqual({ terminated: [4711, 4712], already_gone: [] });
    expect([...state.processes.keys()]).toEqual([812]);
  });

  test('repeated, it finds them gone and has no further effect', async () => {
    const { malicious_pids, processes } = await detect();
    const input = { process_ids: malicious_pids ?? [], processes: processes ?? [] };
    doneOf(await end(input));
    const { output } = doneOf(await end(input, { attempt: 2 }));
    expect(output).toEqual({ terminated: [], already_gone: [4711, 4712] });
    expect(device.effects()).toHaveLength(2);
  });

  test.each([
    ['began at another time', { start_time: NOW - 60 }],
    ['runs another executable', { path: '/usr/bin/postgres' }],
  ])('ends none when one of the ids has passed to a process that %s', async (_how, other) => {
    const { processes } = await detect();
    const given = (processes as JsonObject[]).map((one, at) => (at === 1 ? { ...one, ...other } : one));
    const answer = await end({ process_ids: [4711, 4712], processes: given });
    expect(answer).toMatchObject({ kind: 'refused', fault: { code: 'process_changed' } });
    expect(state.processes.size).toBe(3);
  });

  test('an id without an identity ends nothing', async () => {
    const answer = await end({ process_ids: [4711], processes: [] });
    expect(answer).toMatchObject({ kind: 'refused', fault: { code: 'process_unidentified' } });
    expect(device.lines()).toEqual([]);
  });

  test('N08: the line lost after the first was ended leaves the fate open, and a repeat settles it', async () => {
    const { malicious_pids, processes } = await detect();
    const input = { process_ids: malicious_pids ?? [], processes: processes ?? [] };
    device.fault({ kind: 'cut_after', match: 'kworkerd end', times: 1 });
    const answer = await end(input);
    expect(answer).toMatchObject({ kind: 'unknown', fault: { code: 'ssh_disconnected' } });
    expect(await end(input, { attempt: 2 })).toMatchObject({ kind: 'done' });
    expect(device.effects()).toHaveLength(2);
  });

  test('with the wrong credential, the wrong device or after cancellation nothing is sent', async () => {
    const input = {
      process_ids: [4711],
      processes: [{ pid: 4711, start_time: NOW - 600, path: '/tmp/.x/kworkerd' }],
    };
    const reference = vault.keep('canary-password');
    connector = connect({ credential: { kind: 'password', reference } });
    expect(await end(input)).toMatchObject({ kind: 'refused', fault: { code: 'ssh_authentication' } });
    connector = connect();
    const other = await end({ ...input, device_id: 'host-0001' });
    expect(other).toMatchObject({ kind: 'refused', fault: { code: 'device_unknown' } });
    expect(await end(input, { signal: AbortSignal.abort() })).toMatchObject({ kind: 'try_again' });
    expect(device.lines()).toEqual([]);
  });
});

describe('forensics', () => {
  test('keeps every item by hash under one manifest, and names what could not be read', async () => {
    const input = { device_id: 'host-0042', case_id: 'case-1', artifacts: ['memory', 'disk', 'logs'] };
    const { output } = doneOf(await perform(connector, 'CollectForensics', input, callWith(vault)));
    const { items, artifact, summary } = CollectForensics.output.parse(output);
    expect(items.map(({ name }) => name)).toEqual([
      'processes.txt',
      'executables.txt',
      'sockets.txt',
      'modules.txt',
      'mounts.txt',
      'file:/etc/passwd',
      'log:/var/log/auth.log',
    ]);
    expect(evidence.text(items.at(-1)?.sha256 ?? '')).toContain('Accepted publickey');
    expect(evidence.text(artifact)).toContain(items[0]?.sha256);
    expect(summary).toContain('could not be read: file:/etc/gone');
  });

  test('a device that floods is cut off, and nothing of it is kept', async () => {
    device.fault({ kind: 'flood', match: 'ps', times: 1 });
    const before = evidence.names.length;
    const input = { device_id: 'host-0042', case_id: 'case-1', artifacts: ['memory'] };
    const answer = await perform(connector, 'CollectForensics', input, callWith(vault));
    expect(answer).toMatchObject({ kind: 'refused', fault: { code: 'ssh_output' } });
    expect(evidence.names.length).toBe(before);
  });
});
