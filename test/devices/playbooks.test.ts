/** Whole playbooks through a real Temporal server on real device software; what happens is seen from outside. */
import { describe, expect } from '@jest/globals';
import { confirmStep } from '../../client/demo/voting.ts';
import type { Ground } from '../../simulators/ground.ts';
import { openFrrSequel } from '../../simulators/network/frr-sequel.ts';
import { ROUTED_WITHOUT_FRR, SWITCHED, WALLED } from '../../simulators/network/index.ts';
import { FRR_PROGRAMS } from '../../simulators/network/programs.ts';
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
    ROUTED_WITHOUT_FRR.programs,
    async (lab) => {
      const ground = await ROUTED_WITHOUT_FRR.open(lab);
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
    'frr_lockdown_v1: its running configuration is what the run says, its terminal hangs up, the password is new, and an undo restores all else to the letter',
    FRR_PROGRAMS,
    async (lab) => {
      const { sequel, settings } = await openFrrSequel(lab);
      const printed = await sequel.printed();
      expect(answers(await sequel.facts())).toEqual([
        'its terminal by telnet: answers',
        'rules by source: none',
      ]);
      const scene = await openGuardedScene(stage, 'router', {
        connectors: (keep) => ({ router: { routers: [settings(keep)] } }),
      });
      const context = sequel.context(scene.keep, CHANNEL);
      const run = await scene.start({ playbook: sequel.playbook, context });
      await sign(scene, run, 'disable_remote_access', [FIRST]);
      await sign(scene, run, 'change_admin_password', [FIRST, SECOND]);
      const tasks = await completed(run);
      expect(tasks['verify_hardening']?.output).toMatchObject({ passed: true });
      expect(await evidenceText(scene, tasks['backup_config']?.output?.['backup'])).not.toContain('CORDON');
      const told = await evidenceText(scene, tasks['document_changes']?.output?.['document']);
      expect(told).toContain('access-class CORDON-CLOSED');
      expect(textOf(tasks['change_admin_password']?.output, 'password_ref')).toMatch(/^secret:/);
      expect(answers(await sequel.facts())).toEqual([
        'its terminal by telnet: hangs up',
        'rules by source: 2',
      ]);
      const [now] = await sequel.printed();
      for (const line of [
        'access-class CORDON-CLOSED',
        'access-list CORDON-IN seq 5 deny 203.0.113.0/24',
        'access-list CORDON-IN seq 10 permit any',
      ])
        expect(now?.lines).toContain(line);
      const undo = ['undo_apply_acl_rules', 'undo_disable_remote_access'];
      expect((await takenBack(scene, run, undo)).status).toBe('completed');
      expect(await sequel.printed()).toEqual(printed);
      expect(answers(await sequel.facts())[0]).toBe('its terminal by telnet: answers');
    },
  );
});
