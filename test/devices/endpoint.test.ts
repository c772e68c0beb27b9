import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { createEndpoint } from '../../activities/connectors/endpoint/index.ts';
import { startHost } from '../../simulators/network/host.ts';
import { HOST_PROGRAMS } from '../../simulators/network/programs.ts';
import { startSshServer, type SshServer } from '../../simulators/network/ssh-server.ts';
import {
  callWith,
  createVault,
  doneOf,
  memoryEvidence,
  perform,
  targetOf,
} from '../connectors/device/world.ts';
import { deviceTest, missing } from './lab.ts';

const vault = createVault();
const DEVICE = 'host-0042';

function endpointAt(server: SshServer, evidence = memoryEvidence(), over: object = {}) {
  return createEndpoint(
    {
      devices: { [DEVICE]: { ssh: targetOf(server, vault, over), files: ['/etc/hostname'], logs: [] } },
      collector: null,
      logFolders: ['/'],
      rulesFile: null,
    },
    evidence,
  );
}

test('a lab without its programs says which are missing (control)', () => {
  expect(missing(['sh', 'no-such-router'])).toMatch(/not installed: no-such-router|needs root/);
});

describe('a real Linux device behind a real OpenSSH server', () => {
  deviceTest('from the log to the end of exactly that process', HOST_PROGRAMS, async (lab) => {
    const host = await startHost(lab, DEVICE, 'evil.example');
    const { pid } = host.intruder;
    const endpoint = endpointAt(host);
    const look = { device_id: DEVICE, osquery_log: host.logs };
    const { output } = doneOf(await perform(endpoint, 'DetectAnomaly', look, callWith(vault)));
    expect(output).toMatchObject({ malicious_pids: [pid], c2_domains: ['evil.example'] });
    const [process] = output['processes'] as [{ pid: number; start_time: number; path: string }];
    const end = (identity: object) =>
      perform(
        endpoint,
        'TerminateProcesses',
        { device_id: DEVICE, process_ids: [pid], processes: [{ ...process, ...identity }] },
        callWith(vault),
      );
    expect(await end({ start_time: process.start_time - 3600 })).toMatchObject({
      kind: 'refused',
      fault: { code: 'process_changed' },
    });
    expect(await end({ path: '/usr/bin/sleep' })).toMatchObject({ fault: { code: 'process_changed' } });
    expect(await host.isInfected()).toBe(true);
    expect(await end({})).toMatchObject({ kind: 'done', output: { terminated: [pid], already_gone: [] } });
    expect(await end({})).toMatchObject({ kind: 'done', output: { terminated: [], already_gone: [pid] } });
    expect(await host.isInfected()).toBe(false);
  });

  deviceTest('forensics hold what the device really shows', HOST_PROGRAMS, async (lab) => {
    const server = await startSshServer(lab, 'host');
    const evidence = memoryEvidence();
    const input = { device_id: DEVICE, case_id: 'case-1', artifacts: ['memory', 'disk'] };
    const done = doneOf(
      await perform(endpointAt(server, evidence), 'CollectForensics', input, callWith(vault)),
    );
    const items = done.output['items'] as { name: string; sha256: string }[];
    const textOf = (name: string) => evidence.text(items.find((one) => one.name === name)?.sha256 ?? '');
    expect(textOf('processes.txt')).toContain('sshd');
    expect(textOf('executables.txt')).toMatch(/^\d+ \/usr\/sbin\/sshd/m);
    expect(textOf('sockets.txt')).toContain(`127.0.0.1:${server.port}`);
    expect(textOf('file:/etc/hostname')).toBe(readFileSync('/etc/hostname', 'utf8'));
  });

  deviceTest('a wrong key is refused by the real server, a wrong pin by us', HOST_PROGRAMS, async (lab) => {
    const server = await startSshServer(lab, 'host', { passwords: true });
    const look = { device_id: DEVICE, osquery_log: '/tmp/none.log' };
    const reference = vault.keep('canary-wrong-password');
    const wrongPassword = endpointAt(server, memoryEvidence(), {
      credential: { kind: 'password', reference },
    });
    expect(await perform(wrongPassword, 'DetectAnomaly', look, callWith(vault))).toMatchObject({
      kind: 'refused',
      fault: { code: 'ssh_authentication' },
    });
    const wrongPin = endpointAt(server, memoryEvidence(), { hostKey: `SHA256:${'B'.repeat(43)}` });
    expect(await perform(wrongPin, 'DetectAnomaly', look, callWith(vault))).toMatchObject({
      kind: 'refused',
      fault: { code: 'ssh_host_key' },
    });
  });
});
