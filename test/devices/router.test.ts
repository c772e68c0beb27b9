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
  textOf,
  undo,
} from '../connectors/device/world.ts';
import { FRR, FRR_PROGRAMS } from './frr-lab.ts';
import { deviceTest, run, startSshd, type Sshd } from './lab.ts';
import { startOpenwrt } from './openwrt/lab.ts';

const ADDRESS = '192.0.2.10';

function workbench(sshd: Sshd, dialect: Router['dialect'], revertSeconds = 20) {
  const vault = createVault();
  const evidence = memoryEvidence();
  const ssh = sshd.target(vault);
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
  sshd: Sshd,
  reference: string,
  vault: ReturnType<typeof createVault>,
): Promise<string> {
  const ssh = sshd.target(vault, { credential: { kind: 'password', reference } });
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
    async () => {
      const sshd = await startSshd({ prepare: FRR });
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
    ['dropbear', 'dropbearkey', 'ssh-keygen', 'nft', 'ip', 'passwd'],
    async () => {
      const lab = await startOpenwrt();
      const { act, connector, call, vault } = workbench(lab, 'openwrt');
      const services = doneOf(await act('DisableRouterService', { services: ['telnet', 'http', 'upnp'] }));
      expect(services.output).toEqual({ disabled: ['telnet', 'http'], already_disabled: ['upnp'] });
      const rules = () =>
        run('ip', ['netns', 'exec', lab.space, 'nft', 'list', 'chain', 'inet', 'fw', 'input']);
      const acl = doneOf(await act('ApplyACL', { rules: ['deny tcp any any eq 23'], direction: 'inbound' }));
      expect(rules()).toContain('tcp dport 23 drop');
      expect(await undo(connector, 'ApplyACL', acl.undo, call())).toMatchObject({
        output: { changed: true },
      });
      expect(rules()).not.toContain('drop');
      expect(await undo(connector, 'DisableRouterService', services.undo, call())).toMatchObject({
        output: { changed: true },
      });
      const changed = doneOf(await act('ChangeRouterPassword', {})).output;
      const opened = await opensWith(lab, textOf(changed, 'password_ref'), vault);
      // It let us in; there is no vtysh behind it.
      expect(opened).toBe('device_refused');
      lab.close();
    },
  );

  deviceTest(
    'N08: a rule that cuts us off goes back by itself, and the call says that nothing is changed',
    ['dropbear', 'dropbearkey', 'ssh-keygen', 'nft', 'ip'],
    async () => {
      const lab = await startOpenwrt();
      const { act } = workbench(lab, 'openwrt', 10);
      const answer = await act('ApplyACL', { rules: ['deny tcp any any eq 2222'], direction: 'inbound' });
      expect(answer).toMatchObject({ kind: 'refused', fault: { code: 'device_reverted' } });
      const chain = run('ip', ['netns', 'exec', lab.space, 'nft', 'list', 'chain', 'inet', 'fw', 'input']);
      expect(chain).not.toContain('2222');
      lab.close();
    },
  );
});
