import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createEndpoint } from '../../activities/connectors/endpoint/index.ts';
import { callWith, createVault, doneOf, memoryEvidence, perform } from '../connectors/device/world.ts';
import { deviceTest, missing, startSshd, until, type Sshd } from './lab.ts';
import { victim } from './victim.ts';

const vault = createVault();

function endpointAt(sshd: Sshd, evidence = memoryEvidence()) {
  return createEndpoint(
    {
      devices: { 'host-0042': { ssh: sshd.target(vault), files: ['/etc/hostname'], logs: [] } },
      collector: null,
      logFolders: [sshd.folder],
      rulesFile: null,
    },
    evidence,
  );
}

test('a lab without its programs says which are missing (control)', () => {
  expect(missing(['sh', 'no-such-router'])).toMatch(/not installed: no-such-router|needs root/);
});

describe('a real Linux device behind a real OpenSSH server', () => {
  deviceTest('from the log to the end of exactly that process', ['sshd', 'ssh-keygen'], async () => {
    const sshd = await startSshd({ samePids: true });
    const guilty = await victim(sshd.folder);
    const line = {
      name: 'processes',
      hostIdentifier: 'host-0042',
      action: 'added',
      columns: {
        pid: String(guilty.pid),
        path: guilty.path,
        start_time: String(guilty.start_time),
        cmdline: 'minerd --donate-level 1',
      },
    };
    writeFileSync(join(sshd.folder, 'osqueryd.results.log'), `${JSON.stringify(line)}\n`);
    const endpoint = endpointAt(sshd);
    const look = { device_id: 'host-0042', osquery_log: sshd.folder };
    const { output } = doneOf(await perform(endpoint, 'DetectAnomaly', look, callWith(vault)));
    expect(output).toMatchObject({ malicious_pids: [guilty.pid] });
    const [process] = output['processes'] as [{ pid: number; start_time: number; path: string }];
    const end = (identity: object) =>
      perform(
        endpoint,
        'TerminateProcesses',
        { device_id: 'host-0042', process_ids: [guilty.pid], processes: [{ ...process, ...identity }] },
        callWith(vault),
      );
    expect(await end({ start_time: process.start_time - 3600 })).toMatchObject({
      kind: 'refused',
      fault: { code: 'process_changed' },
    });
    expect(await end({ path: '/usr/bin/sleep' })).toMatchObject({ fault: { code: 'process_changed' } });
    expect(guilty.alive()).toBe(true);
    expect(await end({})).toMatchObject({
      kind: 'done',
      output: { terminated: [guilty.pid], already_gone: [] },
    });
    expect(await end({})).toMatchObject({
      kind: 'done',
      output: { terminated: [], already_gone: [guilty.pid] },
    });
    await until('its end', () => !guilty.alive());
  });

  deviceTest('forensics hold what the device really shows', ['sshd', 'ssh-keygen', 'ps', 'ss'], async () => {
    const sshd = await startSshd();
    const evidence = memoryEvidence();
    const input = { device_id: 'host-0042', case_id: 'case-1', artifacts: ['memory', 'disk'] };
    const done = doneOf(
      await perform(endpointAt(sshd, evidence), 'CollectForensics', input, callWith(vault)),
    );
    const items = done.output['items'] as { name: string; sha256: string }[];
    const textOf = (name: string) => evidence.text(items.find((one) => one.name === name)?.sha256 ?? '');
    expect(textOf('processes.txt')).toContain('sshd');
    expect(textOf('executables.txt')).toMatch(/^\d+ \/usr\/sbin\/sshd/m);
    expect(textOf('sockets.txt')).toContain(`127.0.0.1:${sshd.port}`);
    expect(textOf('file:/etc/hostname')).toBe(readFileSync('/etc/hostname', 'utf8'));
  });

  deviceTest(
    'a wrong key is refused by the real server, a wrong pin by us',
    ['sshd', 'ssh-keygen'],
    async () => {
      const sshd = await startSshd();
      const withTarget = (over: object) =>
        createEndpoint(
          {
            devices: { 'host-0042': { ssh: sshd.target(vault, over), files: [], logs: [] } },
            collector: null,
            logFolders: ['/'],
            rulesFile: null,
          },
          memoryEvidence(),
        );
      const look = { device_id: 'host-0042', osquery_log: '/tmp/none.log' };
      const reference = vault.keep('canary-wrong-password');
      const wrongPassword = withTarget({ credential: { kind: 'password', reference } });
      expect(await perform(wrongPassword, 'DetectAnomaly', look, callWith(vault))).toMatchObject({
        kind: 'refused',
        fault: { code: 'ssh_authentication' },
      });
      const wrongPin = withTarget({ hostKey: `SHA256:${'B'.repeat(43)}` });
      expect(await perform(wrongPin, 'DetectAnomaly', look, callWith(vault))).toMatchObject({
        kind: 'refused',
        fault: { code: 'ssh_host_key' },
      });
    },
  );
});
