/** What device_compromise_v1 acts on, of real programs: a host, whatever cuts it off, and Unbound. */
import type { Fact } from '../device/facts.ts';
import { SITE } from '../device/site.ts';
import type { Ground } from '../ground.ts';
import { sshSection } from '../reachable.ts';
import { startHost } from './host.ts';
import type { Isolation } from './isolation.ts';
import type { Lab } from './lab.ts';
import { linesOf } from './printed.ts';
import { startResolver } from './resolver.ts';
import { pings } from './segment.ts';

const DOMAIN = 'evil.example';

export async function openDeviceGround(lab: Lab, isolate: (lab: Lab) => Promise<Isolation>): Promise<Ground> {
  const isolation = await isolate(lab);
  const { device, neighbour } = isolation;
  const [resolver, host] = await Promise.all([
    startResolver(lab, DOMAIN),
    startHost(lab, SITE.device, DOMAIN, device),
  ]);
  await lab.until('the first ping', () => pings(lab, device, neighbour));
  const facts = async (): Promise<readonly Fact[]> => {
    const [ping, isolated, answer, infected] = await Promise.all([
      pings(lab, device, neighbour),
      isolation.fact(),
      resolver.answer(`www.${DOMAIN}`),
      host.isInfected(),
    ]);
    const found = answer.replace('NOERROR ', '');
    return [
      {
        asked: `ping, ${SITE.device} to its neighbour`,
        answer: ping ? 'answered' : 'no answer',
        comesBack: true,
      },
      isolated,
      { asked: `dig www.${DOMAIN}`, answer: found, comesBack: true },
      { asked: `${SITE.device}, intruder’s program`, answer: infected ? 'runs' : 'ended', comesBack: false },
    ];
  };
  return {
    settings: (keep) => ({
      network: {
        ...isolation.settings(keep),
        resolvers: [{ ssh: sshSection('ssh-resolver', resolver, keep), control_config: resolver.file }],
      },
      endpoint: {
        devices: {
          [SITE.device]: {
            ssh: sshSection('ssh-host', host, keep),
            files: ['/etc/passwd'],
            logs: [`${host.folder}/sshd.log`],
          },
        },
        log_folders: [host.logs],
      },
    }),
    context: (_keep, channel) => ({
      device_id: SITE.device,
      osquery_log_path: host.logs,
      quarantine_vlan: SITE.quarantine,
      notification_channel: channel,
    }),
    facts,
    async printed() {
      const zones = await resolver.control('list_local_zones');
      return [
        await isolation.printed(),
        { command: 'unbound-control list_local_zones', lines: linesOf(zones) },
      ];
    },
    effects: () => [],
    sequel: null,
  };
}
