/** Whole playbooks through a real Temporal server on real device software; what happens is seen from outside. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from '@jest/globals';
import type { Keep } from '../../client/playground/settings.ts';
import type { JsonObject } from '../../workflows/language/json.ts';
import { verifyFile } from '../audit/verified.ts';
import { SAM, type Run } from '../server/scene.ts';
import { setStage } from '../server/stage.ts';
import { deviceTest, startSshd, until, type Sshd } from './lab.ts';
import { RESOLVER_PROGRAMS, startResolver } from './resolver-lab.ts';
import { NEIGHBOUR, pings, PORT, startSwitch, SWITCH_PROGRAMS } from './switch-lab.ts';
import { victim, type Victim } from './victim.ts';

const stage = setStage();
const DEVICE = 'host-0042';

/** How cordon.yaml reaches it. */
function reached(sshd: Sshd, name: string, keep: Keep): JsonObject {
  const vault = { values: new Map<string, string>(), keep: (value: string) => keep(name, value) };
  const { host, port, user, hostKey, credential, stateFolder } = sshd.target(vault);
  return {
    host,
    port,
    user,
    host_key: hostKey,
    key: credential.reference,
    ...(stateFolder === undefined ? {} : { state_folder: stateFolder }),
  };
}

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

async function answerAll(run: Run): Promise<void> {
  await Promise.all([run.approve('network_isolate'), run.approve('terminate_processes')]);
  await run.approve('revoke_device_credentials');
  await run.opens('revoke_device_credentials', 'confirmation');
  const word = { task: 'revoke_device_credentials', by: SAM, reason: 'revoked at all three' };
  await run.handle.signal('confirm', word);
}

describe('on real devices', () => {
  deviceTest(
    'device_compromise_v1: no frame leaves the port, the domain is gone, the process has ended',
    [...SWITCH_PROGRAMS, ...RESOLVER_PROGRAMS, 'ps', 'ss'],
    async () => {
      const [fabric, resolver, host] = await Promise.all([
        startSwitch(),
        startResolver('evil.example'),
        startSshd({ samePids: true }),
      ]);
      const guilty = await victim(host.folder);
      writeFileSync(join(host.folder, 'osqueryd.results.log'), logOf(guilty));
      const devices = (keep: Keep): JsonObject => ({
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

      const scene = await stage.open({ devices });
      const run = await scene.start({
        playbook: 'device_compromise_v1',
        context: {
          device_id: DEVICE,
          osquery_log_path: host.folder,
          quarantine_vlan: 666,
          notification_channel: '#soc',
        },
      });
      await answerAll(run);
      const { status, tasks } = await run.result();
      expect(Object.values(tasks).map(({ task_name, error }) => [task_name, error])).toEqual(
        Object.keys(tasks).map((name) => [name, null]),
      );
      expect(status).toBe('completed');
      expect(tasks['terminate_processes']?.output).toEqual({ terminated: [guilty.pid], already_gone: [] });
      await until('its end', () => !guilty.alive());
      expect(pings(fabric.device, NEIGHBOUR)).toBe(false);
      expect(fabric.vsctl('get', 'port', PORT, 'tag').trim()).toBe('666');
      expect(resolver.answer('www.evil.example')).toBe('NXDOMAIN');
      expect(scene.mail.messages().map(({ to }) => to)).toEqual([['soc@corp.example']]);
      expect(await verifyFile(scene.config.state)).toMatchObject({ verified: true, reason: null });
    },
  );
});
