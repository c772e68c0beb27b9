/** Whole playbooks through a real Temporal server on real device software; what happens is seen from outside. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from '@jest/globals';
import { confirmStep } from '../../client/demo/voting.ts';
import type { Keep } from '../../client/playground/settings.ts';
import type { JsonObject } from '../../workflows/language/json.ts';
import type { RunReport } from '../../workflows/walk/report.ts';
import { verifyFile } from '../audit/verified.ts';
import type { Run, Scene } from '../server/scene.ts';
import { evidenceText, FIRST, openGuardedScene, SECOND, sign, takenBack, textOf } from '../server/signed.ts';
import { setStage } from '../server/stage.ts';
import { FRR, FRR_PROGRAMS } from './frr-lab.ts';
import { deviceTest, run as ran, startSshd, until, type Sshd } from './lab.ts';
import { startOpenwrt } from './openwrt/lab.ts';
import { reached } from './reached.ts';
import { RESOLVER_PROGRAMS, startResolver } from './resolver-lab.ts';
import { NEIGHBOUR, pings, PORT, startSwitch, SWITCH_PROGRAMS } from './switch-lab.ts';
import { victim, type Victim } from './victim.ts';

const stage = setStage();
const DEVICE = 'host-0042';

/** What osquery would have logged of it. */
function logOf({ pid, path, start_time }: Victim): string {
  const columns = {
    pid: String(pid),
    path,
    start_time: String(start_time),
    cmdline: 'minerd --donate-level 1 --url beacon.evil.example:443',
  };
  return `${JSON.stringify({ name: 'processes', hostIdentifier: DEVICE, action: 'added', columns })}\n`;
}

const ROUTER = '192.0.2.10';
const LOCKDOWN = { router_ip: ROUTER, syslog_server: 'syslog.example' };

function routerOf(sshd: Sshd, dialect: 'frr' | 'openwrt'): (keep: Keep) => JsonObject {
  return (keep) => ({
    router: {
      routers: [{ address: ROUTER, dialect, ssh: reached(sshd, 'router', keep), revert_seconds: 20 }],
    },
  });
}

function errorsOf(tasks: RunReport['tasks']): readonly string[] {
  return Object.values(tasks).flatMap(({ error }) => (error === null ? [] : [error]));
}

async function contain(scene: Scene, run: Run): Promise<void> {
  await sign(scene, run, 'network_isolate', [FIRST]);
  await sign(scene, run, 'terminate_processes', [FIRST, SECOND]);
  await sign(scene, run, 'revoke_device_credentials', [FIRST]);
  await run.opens('revoke_device_credentials', 'confirmation');
  await confirmStep(scene, run.id, 'revoke_device_credentials', FIRST);
}

/** As FRR itself prints it, through its own SSH server. */
function runningConfiguration({ folder, port }: Sshd): string {
  const key = ['-i', join(folder, 'client'), '-o', 'IdentitiesOnly=yes'];
  const host = [
    '-o',
    'StrictHostKeyChecking=no',
    '-o',
    'UserKnownHostsFile=/dev/null',
    '-o',
    'LogLevel=ERROR',
  ];
  return ran('ssh', [
    '-p',
    String(port),
    ...key,
    ...host,
    'root@127.0.0.1',
    'vtysh -c "show running-config"',
  ]);
}

describe('on real devices', () => {
  deviceTest(
    'device_compromise_v1: no frame leaves the port, the domain is gone, the process has ended; an undo lets frames and names through',
    [...SWITCH_PROGRAMS, ...RESOLVER_PROGRAMS, 'ps', 'ss'],
    async () => {
      const [fabric, resolver, host] = await Promise.all([
        startSwitch(),
        startResolver('evil.example'),
        startSshd({ samePids: true }),
      ]);
      const guilty = await victim(host.folder);
      writeFileSync(join(host.folder, 'osqueryd.results.log'), logOf(guilty));
      const connectors = (keep: Keep): JsonObject => ({
        network: {
          switches: [{ ssh: reached(fabric.sshd, 'switch', keep), ports: { [DEVICE]: PORT } }],
          resolvers: [{ ssh: reached(host, 'resolver', keep), control_config: resolver.file }],
        },
        endpoint: {
          devices: { [DEVICE]: { ssh: reached(host, 'host', keep), files: ['/etc/hostname'], logs: [] } },
          log_folders: [host.folder],
        },
      });
      await until('the first ping', () => pings(fabric.device, NEIGHBOUR));
      expect(resolver.answer('www.evil.example')).toBe('NOERROR 192.0.2.66');

      const scene = await openGuardedScene(stage, 'device', { connectors });
      const run = await scene.start({
        playbook: 'device_compromise_v1',
        context: {
          device_id: DEVICE,
          osquery_log_path: host.folder,
          quarantine_vlan: 666,
          notification_channel: '#soc',
        },
      });
      await contain(scene, run);
      const { status, tasks } = await run.result();
      expect({ status, errors: errorsOf(tasks) }).toEqual({ status: 'completed', errors: [] });
      expect(tasks['terminate_processes']?.output).toEqual({ terminated: [guilty.pid], already_gone: [] });
      await until('its end', () => !guilty.alive());
      expect(pings(fabric.device, NEIGHBOUR)).toBe(false);
      expect(fabric.vsctl('get', 'port', PORT, 'tag').trim()).toBe('666');
      expect(resolver.answer('www.evil.example')).toBe('NXDOMAIN');
      expect(scene.mail.messages().map(({ to }) => to)).toEqual([['soc@corp.example']]);

      const undone = await takenBack(scene, run, ['undo_network_isolate', 'undo_block_c2_domains']);
      expect(undone.status).toBe('completed');
      await until('the ping after the undo', () => pings(fabric.device, NEIGHBOUR));
      expect(resolver.answer('www.evil.example')).toBe('NOERROR 192.0.2.66');
      expect(guilty.alive()).toBe(false);
      expect(await verifyFile(scene.config.state)).toMatchObject({ verified: true, reason: null });
    },
  );

  deviceTest(
    'router_lockdown_v1: on OpenWrt (uci stands in) what was open is closed to real packets, and open again once it is undone; nobody signs for firmware',
    ['dropbear', 'dropbearkey', 'ssh-keygen', 'nft', 'ip', 'passwd'],
    async () => {
      const lab = await startOpenwrt();
      const chain = (): string =>
        ran('ip', ['netns', 'exec', lab.space, 'nft', 'list', 'chain', 'inet', 'fw', 'input']);
      const scene = await openGuardedScene(stage, 'router', { connectors: routerOf(lab, 'openwrt') });
      const run = await scene.start({
        playbook: 'router_lockdown_v1',
        context: {
          ...LOCKDOWN,
          new_admin_password_enc: scene.keep('router-administrator', 'kept-for-the-lab-only-1'),
          firmware_update_url: 'https://firmware.example/router-23.05.3.bin',
          acl_rules: ['deny tcp any any eq 23'],
          hardening_checklist: ['telnet is off'],
        },
      });
      await sign(scene, run, 'disable_remote_access', [FIRST]);
      await sign(scene, run, 'change_admin_password', [FIRST, SECOND]);
      await sign(scene, run, 'update_firmware', [FIRST], 'reject');
      const { tasks } = await run.result();
      expect(existsSync(join(lab.folder, 'services', 'telnet'))).toBe(false);
      expect(tasks['disable_remote_access']?.output).toMatchObject({
        disabled: ['telnet', 'http', 'ssh_external'],
      });
      expect(tasks['enable_logging']).toMatchObject({ status: 'completed' });
      expect(tasks['update_firmware']).toMatchObject({ status: 'rejected' });
      expect(chain()).toContain('tcp dport 23 drop');
      const undo = ['undo_enable_logging', 'undo_apply_acl_rules', 'undo_disable_remote_access'];
      expect((await takenBack(scene, run, undo)).status).toBe('completed');
      expect(chain()).not.toContain('drop');
      expect(existsSync(join(lab.folder, 'services', 'telnet'))).toBe(true);
      lab.close();
    },
  );

  deviceTest(
    'on FRR, as far as it goes: its running configuration is what the run says, the password is new, and an undo restores all else to the letter',
    [...FRR_PROGRAMS, 'ssh'],
    async () => {
      const sshd = await startSshd({ prepare: FRR });
      const asItWas = runningConfiguration(sshd);
      expect(asItWas).toContain('frr version');
      const scene = await openGuardedScene(stage, 'router', {
        playbooks: join(import.meta.dirname, 'playbooks'),
        connectors: routerOf(sshd, 'frr'),
      });
      const run = await scene.start({
        playbook: 'frr_lockdown_v1',
        context: { router_ip: ROUTER, acl_rules: ['deny ip 10.0.0.0/8 any', 'permit ip any any'] },
      });
      await sign(scene, run, 'disable_remote_access', [FIRST]);
      await sign(scene, run, 'change_admin_password', [FIRST, SECOND]);
      const { status, tasks } = await run.result();
      expect({ status, errors: errorsOf(tasks) }).toEqual({ status: 'completed', errors: [] });
      const before = await evidenceText(scene, tasks['backup_before']?.output?.['backup']);
      const after = await evidenceText(scene, tasks['backup_after']?.output?.['backup']);
      expect(before).not.toContain('CORDON');
      for (const line of ['access-class CORDON-CLOSED', 'CORDON-IN seq 5 deny 10.0.0.0/8'])
        expect(after).toContain(line);
      const told = await evidenceText(scene, tasks['document_changes']?.output?.['document']);
      expect(told).toContain('access-class CORDON-CLOSED');
      expect(textOf(tasks['change_admin_password']?.output, 'password_ref')).toMatch(/^secret:/);
      expect(runningConfiguration(sshd)).toContain('access-class CORDON-CLOSED');
      const undo = ['undo_apply_acl_rules', 'undo_disable_remote_access'];
      expect((await takenBack(scene, run, undo)).status).toBe('completed');
      expect(runningConfiguration(sshd)).toBe(asItWas);
    },
  );
});
