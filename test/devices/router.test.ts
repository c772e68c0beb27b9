import { describe, expect } from '@jest/globals';
import type { Router } from '../../activities/connectors/router/config.ts';
import { createRouter } from '../../activities/connectors/router/index.ts';
import type { JsonObject } from '../../workflows/language/json.ts';
import {
  callWith,
  createVault,
  doneOf,
  memoryEvidence,
  perform,
  targetOf,
  textOf,
  undo,
} from '../connectors/device/world.ts';
import { startFrr } from '../../simulators/network/frr.ts';
import { ROUTER, startOpenwrt } from '../../simulators/network/openwrt/openwrt.ts';
import { FRR_PROGRAMS, OPENWRT_PROGRAMS } from '../../simulators/network/programs.ts';
import { connects } from '../../simulators/network/segment.ts';
import type { SshServer } from '../../simulators/network/ssh-server.ts';
import { deviceTest } from './lab.ts';

const ADDRESS = ROUTER;
const IMAGE = { url: 'https://firmware.example/router.bin', bytes: 'version 23.05.3\n' };

function workbench(sshd: SshServer, dialect: Router['dialect'], revertSeconds = 20) {
  const vault = createVault();
  const evidence = memoryEvidence();
  const ssh = targetOf(sshd, vault);
  const router = { address: ADDRESS, dialect, ssh, adminUser: 'root', revertSeconds, ports: {} };
  const connector = createRouter({ routers: [router], firmware: [] }, evidence);
  let calls = 0;
  const call = () => callWith(vault, { key: String((calls += 1)).padStart(64, '0') });
  return {
    vault,
    evidence,
    connector,
    call,
    act: (type: string, input: JsonObject) =>
      perform(connector, type, { router_ip: ADDRESS, ...input }, call()),
  };
}

/** The new password opens the real server, the old key too. */
async function opensWith(
  sshd: SshServer,
  reference: string,
  vault: ReturnType<typeof createVault>,
): Promise<string> {
  const ssh = targetOf(sshd, vault, { credential: { kind: 'password', reference } });
  const router = {
    address: ADDRESS,
    dialect: 'frr' as const,
    ssh,
    adminUser: 'other',
    revertSeconds: 20,
    ports: {},
  };
  const connector = createRouter({ routers: [router], firmware: [] }, memoryEvidence());
  const answer = await perform(
    connector,
    'BackupRouterConfig',
    { router_ip: ADDRESS, case_id: 'c' },
    callWith(vault),
  );
  return answer.kind === 'refused' ? answer.fault.code : answer.kind;
}

describe('a real router', () => {
  deviceTest(
    'FRR by vtysh: backed up, locked down, verified and taken back exactly',
    FRR_PROGRAMS,
    async (lab) => {
      const sshd = await startFrr(lab);
      const { act, connector, call, evidence, vault } = workbench(sshd, 'frr');
      const backup = doneOf(await act('BackupRouterConfig', { case_id: 'case-1' })).output;
      expect(evidence.text(textOf(backup, 'backup'))).toContain('frr version');
      const telnet = doneOf(await act('DisableRouterService', { services: ['telnet'] }));
      expect(telnet.output).toEqual({ disabled: ['telnet'], already_disabled: [] });
      const rules = ['deny ip 10.0.0.0/8 any', 'permit ip any any'];
      const acl = doneOf(await act('ApplyACL', { rules, direction: 'inbound' }));
      expect(acl.output).toEqual({ applied: 2, already_present: 0 });
      const again = doneOf(await act('ApplyACL', { rules, direction: 'inbound' }));
      expect(again).toEqual({ output: { applied: 0, already_present: 2 }, undo: {} });
      const log = doneOf(
        await act('EnableRouterLogging', { syslog_server: 'localhost', log_level: 'notice' }),
      );
      const verdict = doneOf(
        await act('VerifyHardening', {
          baseline_checklist: [
            'telnet is off',
            'inbound rule: deny ip 10.0.0.0/8 any',
            'log goes to localhost',
          ],
          scan_results: [],
          backup: backup['backup'] ?? '',
        }),
      ).output;
      expect(verdict).toMatchObject({ passed: false, failed_items: ['log goes to localhost: it does not'] });
      expect(verdict['changes_applied']).toEqual(
        expect.arrayContaining([
          'added: line vty / access-class CORDON-CLOSED',
          'added: access-list CORDON-IN seq 5 deny 10.0.0.0/8',
          'added: log syslog notifications',
        ]),
      );
      for (const [type, saved] of [
        ['EnableRouterLogging', log.undo],
        ['ApplyACL', acl.undo],
        ['DisableRouterService', telnet.undo],
      ] as const)
        expect(await undo(connector, type, saved, call())).toMatchObject({ output: { changed: true } });
      const end = doneOf(await act('BackupRouterConfig', { case_id: 'case-1' })).output;
      expect(end['backup']).toBe(backup['backup']);
      const changed = doneOf(await act('ChangeRouterPassword', {})).output;
      expect(await opensWith(sshd, textOf(changed, 'password_ref'), vault)).toBe('done');
    },
  );

  deviceTest(
    'OpenWrt over dropbear (uci stands in): services and rules are changed and taken back, real packets follow',
    OPENWRT_PROGRAMS,
    async (lab) => {
      const router = await startOpenwrt(lab, { image: IMAGE, passwords: true });
      const { act, connector, call, vault } = workbench(router, 'openwrt');
      const telnet = () => connects(lab, router.outside, ROUTER, 23);
      expect(await telnet()).toBe(true);
      const services = doneOf(await act('DisableRouterService', { services: ['telnet', 'http', 'upnp'] }));
      expect(services.output).toEqual({ disabled: ['telnet', 'http'], already_disabled: ['upnp'] });
      expect(await telnet()).toBe(false);
      const acl = doneOf(await act('ApplyACL', { rules: ['deny tcp any any eq 23'], direction: 'inbound' }));
      expect(await router.rules()).toContain('tcp dport 23 drop');
      expect(await undo(connector, 'ApplyACL', acl.undo, call())).toMatchObject({
        output: { changed: true },
      });
      expect(await router.rules()).not.toContain('drop');
      expect(await undo(connector, 'DisableRouterService', services.undo, call())).toMatchObject({
        output: { changed: true },
      });
      expect(await telnet()).toBe(true);
      const changed = doneOf(await act('ChangeRouterPassword', {})).output;
      const opened = await opensWith(router, textOf(changed, 'password_ref'), vault);
      // It let us in; there is no vtysh behind it.
      expect(opened).toBe('device_refused');
    },
  );

  deviceTest(
    'N08: a rule that cuts us off goes back by itself, and the call says that nothing is changed',
    OPENWRT_PROGRAMS,
    async (lab) => {
      const router = await startOpenwrt(lab, { image: IMAGE });
      const { act } = workbench(router, 'openwrt', 10);
      const answer = await act('ApplyACL', { rules: ['deny tcp any any eq 2222'], direction: 'inbound' });
      expect(answer).toMatchObject({ kind: 'refused', fault: { code: 'device_reverted' } });
      expect(await router.rules()).not.toContain('2222');
    },
  );
});
