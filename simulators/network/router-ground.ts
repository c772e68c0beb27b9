/** What router_lockdown_v1 acts on: a router between two networks, of real programs as far as Debian has them. */
import { createHash, randomBytes } from 'node:crypto';
import { ask } from '../device/ask.ts';
import type { Fact } from '../device/facts.ts';
import { SITE } from '../device/site.ts';
import type { Ground } from '../ground.ts';
import { sshSection } from '../reachable.ts';
import { openFrrSequel } from './frr-sequel.ts';
import type { Lab } from './lab.ts';
import { INTRUDER, ROUTER, startOpenwrt, type OpenwrtRouter } from './openwrt/openwrt.ts';
import { linesOf } from './printed.ts';
import { connects, pings } from './segment.ts';

const VERSION = '23.05.3';
const IMAGE = { url: `https://firmware.example/router-${VERSION}.bin`, bytes: `version ${VERSION}\n` };
const REVERT_SECONDS = 60;
/** OpenWrt's own names for its parts. */
const PACKAGES = ['dropbear', 'uhttpd', 'firewall', 'system'] as const;
const SYSLOG = 'syslog.example';
const RULES = ['deny tcp any any eq 23', 'deny ip 203.0.113.0/24 any', 'permit tcp 10.0.0.0/8 any eq 443'];

/** `next`: a second router, which runs FRR. */
export async function openRouterGround(lab: Lab, next: boolean): Promise<Ground> {
  const [router, frr] = await Promise.all([
    startOpenwrt(lab, { image: IMAGE }),
    next ? openFrrSequel(lab) : null,
  ]);
  await lab.until('the first ping', () => pings(lab, router.outside, ROUTER, INTRUDER));
  return {
    settings: (keep) => ({
      router: {
        routers: [
          {
            address: SITE.router,
            dialect: 'openwrt',
            ssh: sshSection('ssh-router', router, keep),
            revert_seconds: REVERT_SECONDS,
            ports: { ...router.ports },
          },
          ...(frr === null ? [] : [frr.settings(keep)]),
        ],
        firmware: [{ url: IMAGE.url, sha256: sha256(IMAGE.bytes), version: VERSION }],
      },
    }),
    context: (keep) => ({
      router_ip: SITE.router,
      new_admin_password_enc: keep('router-administrator', randomBytes(18).toString('base64url')),
      firmware_update_url: IMAGE.url,
      acl_rules: RULES,
      syslog_server: SYSLOG,
      hardening_checklist: [
        'telnet is off',
        'http is off',
        'ssh_external is off',
        ...RULES.map((rule) => `inbound rule: ${rule}`),
        `log goes to ${SYSLOG}`,
        'no finding above low',
      ],
    }),
    facts: () => factsOf(lab, router),
    async printed() {
      const settings = await ask(router, ...PACKAGES.map((one) => `uci show ${one}`));
      return [
        { command: `uci show ${PACKAGES.join(', ')}`, lines: settings.flatMap(linesOf) },
        { command: 'nft list chain inet fw input', lines: linesOf(await router.rules()) },
      ];
    },
    effects: () => [],
    sequel: frr?.sequel ?? null,
  };
}

async function factsOf(lab: Lab, router: OpenwrtRouter): Promise<readonly Fact[]> {
  const { outside } = router;
  const [telnet, http, ssh, ping, [system = '', release = '']] = await Promise.all([
    connects(lab, outside, ROUTER, 23),
    connects(lab, outside, ROUTER, 80),
    connects(lab, outside, ROUTER, 22),
    pings(lab, outside, ROUTER, INTRUDER),
    ask(router, 'uci show system', 'cat /etc/openwrt_release'),
  ]);
  const log = /\.log_ip='([^']*)'/.exec(system)?.[1];
  const version = /^DISTRIB_RELEASE='([^']*)'/m.exec(release)?.[1];
  const door = (asked: string, open: boolean): Fact => ({
    asked: `${asked} from outside`,
    answer: open ? 'lets in' : 'closed',
    comesBack: true,
  });
  return [
    door('telnet', telnet),
    door('http', http),
    door('ssh', ssh),
    { asked: `ping from ${INTRUDER}`, answer: ping ? 'answered' : 'no answer', comesBack: true },
    { asked: 'log', answer: log === undefined ? 'stays here' : `to ${log}`, comesBack: true },
    { asked: 'firmware', answer: version ?? 'unknown', comesBack: false },
  ];
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
