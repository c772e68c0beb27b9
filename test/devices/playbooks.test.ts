/** Whole playbooks through a real Temporal server on real device software; what happens is seen from outside. */
import { join } from 'node:path';
import { describe, expect } from '@jest/globals';
import { confirmStep } from '../../client/demo/voting.ts';
import { SITE } from '../../simulators/device/site.ts';
import type { Ground } from '../../simulators/ground.ts';
import { startFrr } from '../../simulators/network/frr.ts';
import { ROUTED, SWITCHED, WALLED } from '../../simulators/network/index.ts';
import { FRR_PROGRAMS } from '../../simulators/network/programs.ts';
import { sshSection } from '../../simulators/reachable.ts';
import type { RunReport } from '../../workflows/walk/report.ts';
import { verifyFile } from '../audit/verified.ts';
import type { Run, Scene } from '../server/scene.ts';
import {
  answers,
  evidenceText,
  FIRST,
  openGuardedScene,
  SECOND,
  sign,
  takenBack,
  textOf,
} from '../server/signed.ts';
import { setStage } from '../server/stage.ts';
import { deviceTest } from './lab.ts';

const stage = setStage();

function errorsOf(tasks: RunReport['tasks']): readonly string[] {
  return Object.values(tasks).flatMap(({ error }) => (error === null ? [] : [error]));
}

const CHANNEL = '#soc';

async function begin(scene: Scene, playbook: string, ground: Ground): Promise<Run> {
  return scene.start({ playbook, context: ground.context(scene.keep, CHANNEL) });
}

async function contain(scene: Scene, run: Run): Promise<void> {
  await sign(scene, run, 'network_isolate', [FIRST]);
  await sign(scene, run, 'terminate_processes', [FIRST, SECOND]);
  await sign(scene, run, 'revoke_device_credentials', [FIRST]);
  await run.opens('revoke_device_credentials', 'confirmation');
  await confirmStep(scene, run.id, 'revoke_device_credentials', FIRST);
}

/** A run that went through, with nothing that failed on the way. */
async function completed(run: Run): Promise<RunReport['tasks']> {
  const { status, tasks } = await run.result();
  expect({ status, errors: errorsOf(tasks) }).toEqual({ status: 'completed', errors: [] });
  return tasks;
}

const UNISOLATE = ['undo_network_isolate', 'undo_block_c2_domains'];

describe('on real devices', () => {
  deviceTest(
    'device_compromise_v1: no frame leaves the port, the domain is gone, the process has ended; an undo lets frames and names through',
    SWITCHED.programs,
    async (lab) => {
      const ground = await SWITCHED.open(lab);
      const [before, printed] = [await ground.facts(), await ground.printed()];
      expect(answers(before)).toEqual([
        'ping, host-0042 to its neighbour: answered',
        'switch, port of host-0042: VLAN 10',
        'dig www.evil.example: 192.0.2.66',
        'host-0042, intruder’s program: runs',
      ]);
      const scene = await openGuardedScene(stage, 'device', { connectors: ground.settings });
      const run = await begin(scene, 'device_compromise_v1', ground);
      await contain(scene, run);
      const tasks = await completed(run);
      expect(tasks['terminate_processes']?.output).toMatchObject({ already_gone: [] });
      expect(answers(await ground.facts())).toEqual([
        'ping, host-0042 to its neighbour: no answer',
        'switch, port of host-0042: VLAN 666',
        'dig www.evil.example: NXDOMAIN',
        'host-0042, intruder’s program: ended',
      ]);
      expect(scene.mail.messages().map(({ to }) => to)).toEqual([['soc@corp.example']]);
      expect((await takenBack(scene, run, UNISOLATE)).status).toBe('completed');
      expect(answers(await ground.facts())).toEqual([
        ...answers(before).slice(0, 3),
        'host-0042, intruder’s program: ended',
      ]);
      expect(await ground.printed()).toEqual(printed);
      expect(await verifyFile(scene.config.state)).toMatchObject({ verified: true, reason: null });
    },
  );

  deviceTest(
    'device_compromise_v1 behind nftables: packets of the isolated address are dropped by the set it is put into, and pass again after the undo',
    WALLED.programs,
    async (lab) => {
      const ground = await WALLED.open(lab);
      const [before, printed] = [await ground.facts(), await ground.printed()];
      expect(answers(before).slice(0, 2)).toEqual([
        'ping, host-0042 to its neighbour: answered',
        'firewall, 10.98.0.5: free',
      ]);
      const scene = await openGuardedScene(stage, 'device', { connectors: ground.settings });
      const run = await begin(scene, 'device_compromise_v1', ground);
      await contain(scene, run);
      const tasks = await completed(run);
      expect(tasks['network_isolate']?.output).toEqual({ isolated: true, previous_vlan: null });
      expect(answers(await ground.facts())).toEqual([
        'ping, host-0042 to its neighbour: no answer',
        'firewall, 10.98.0.5: in quarantine',
        'dig www.evil.example: NXDOMAIN',
        'host-0042, intruder’s program: ended',
      ]);
      expect((await takenBack(scene, run, UNISOLATE)).status).toBe('completed');
      expect(answers(await ground.facts()).slice(0, 3)).toEqual(answers(before).slice(0, 3));
      expect(await ground.printed()).toEqual(printed);
      expect(await verifyFile(scene.config.state)).toMatchObject({ verified: true, reason: null });
    },
  );

  deviceTest(
    'router_lockdown_v1 as a whole: on OpenWrt (uci and images stand in) what was open is closed to real packets, and open again once it is undone',
    ROUTED.programs,
    async (lab) => {
      const ground = await ROUTED.open(lab);
      const open = [
        'telnet from outside: lets in',
        'http from outside: lets in',
        'ssh from outside: lets in',
        'ping from 203.0.113.66: answered',
        'log: stays here',
      ];
      expect(answers(await ground.facts())).toEqual([...open, 'firmware: 23.05.2']);
      const printed = await ground.printed();
      const scene = await openGuardedScene(stage, 'router', { connectors: ground.settings });
      const run = await begin(scene, 'router_lockdown_v1', ground);
      await sign(scene, run, 'disable_remote_access', [SECOND]);
      await sign(scene, run, 'change_admin_password', [FIRST, SECOND]);
      await sign(scene, run, 'update_firmware', [FIRST, SECOND]);
      const tasks = await completed(run);
      expect(tasks['update_firmware']?.output).toMatchObject({ version: '23.05.3', checksum_verified: true });
      expect(tasks['verify_hardening']?.output).toMatchObject({ passed: true, failed_items: [] });
      expect(answers(await ground.facts())).toEqual([
        'telnet from outside: closed',
        'http from outside: closed',
        'ssh from outside: closed',
        'ping from 203.0.113.66: no answer',
        'log: to syslog.example',
        'firmware: 23.05.3',
      ]);
      const undo = ['undo_enable_logging', 'undo_apply_acl_rules', 'undo_disable_remote_access'];
      expect((await takenBack(scene, run, undo)).status).toBe('completed');
      expect(answers(await ground.facts())).toEqual([...open, 'firmware: 23.05.3']);
      expect((await ground.printed()).map(({ lines }) => [...lines].sort())).toEqual(
        printed.map(({ lines }) => [...lines].sort()),
      );
      expect(await verifyFile(scene.config.state)).toMatchObject({ verified: true, reason: null });
    },
  );

  deviceTest(
    'on FRR, as far as it goes: its running configuration is what the run says, the password is new, and an undo restores all else to the letter',
    FRR_PROGRAMS,
    async (lab) => {
      const router = await startFrr(lab);
      const asItWas = await router.runningConfig();
      expect(asItWas).toContain('frr version');
      const scene = await openGuardedScene(stage, 'router', {
        playbooks: join(import.meta.dirname, 'playbooks'),
        connectors: (keep) => ({
          router: {
            routers: [
              {
                address: SITE.router,
                dialect: 'frr',
                ssh: sshSection('router', router, keep),
                revert_seconds: 20,
              },
            ],
          },
        }),
      });
      const run = await scene.start({
        playbook: 'frr_lockdown_v1',
        context: { router_ip: SITE.router, acl_rules: ['deny ip 10.0.0.0/8 any', 'permit ip any any'] },
      });
      await sign(scene, run, 'disable_remote_access', [FIRST]);
      await sign(scene, run, 'change_admin_password', [FIRST, SECOND]);
      const tasks = await completed(run);
      const before = await evidenceText(scene, tasks['backup_before']?.output?.['backup']);
      const after = await evidenceText(scene, tasks['backup_after']?.output?.['backup']);
      expect(before).not.toContain('CORDON');
      for (const line of ['access-class CORDON-CLOSED', 'CORDON-IN seq 5 deny 10.0.0.0/8'])
        expect(after).toContain(line);
      const told = await evidenceText(scene, tasks['document_changes']?.output?.['document']);
      expect(told).toContain('access-class CORDON-CLOSED');
      expect(textOf(tasks['change_admin_password']?.output, 'password_ref')).toMatch(/^secret:/);
      expect(await router.runningConfig()).toContain('access-class CORDON-CLOSED');
      const undo = ['undo_apply_acl_rules', 'undo_disable_remote_access'];
      expect((await takenBack(scene, run, undo)).status).toBe('completed');
      expect(await router.runningConfig()).toBe(asItWas);
    },
  );
});
