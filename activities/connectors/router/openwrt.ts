/** OpenWrt: everything by `uci` and init scripts, over dropbear. */
import type { Facet } from '../ssh/facet.ts';
import { command, commands, script, type Shape } from '../ssh/command.ts';
import { got } from '../ssh/failure.ts';
import type { Dialect, FirmwareSteps, Logging } from './dialect.ts';
import { openwrtAcl } from './openwrt-acl.ts';
import { isOffOn, offOn, servicesFacet } from './openwrt-services.ts';
import { parseRules } from './rules.ts';
import { batch, flatten, init, readPackage, setOption } from './uci.ts';

const CONFIG: Shape = {
  name: 'read the configuration',
  words: ['uci', 'export'],
  changes: false,
  mostBytes: 8 * 1024 * 1024,
};

const LOG_IP = 'system.@system[0].log_ip';
const LOG_REMOTE = 'system.@system[0].log_remote';

/** OpenWrt sends messages of every level, so the level asked for is always among them. */
const loggingFacet: Facet<Logging> = {
  what: 'the log server',
  async read(session, trail) {
    const settings = await readPackage(session, trail, 'system');
    if (settings.kind !== 'got') return settings;
    const valuesOf = (option: string) => {
      const values = settings.value.get(option);
      return values === undefined ? null : [...values];
    };
    return got({ [LOG_IP]: valuesOf(LOG_IP), [LOG_REMOTE]: valuesOf(LOG_REMOTE) });
  },
  steps: (from, to) =>
    commands([
      ...batch(
        [LOG_IP, LOG_REMOTE].flatMap((option) =>
          JSON.stringify(from[option]) === JSON.stringify(to[option])
            ? []
            : setOption(option, to[option] ?? null),
        ),
        ['system'],
      ),
      init('log', 'restart'),
    ]),
  settle: () => commands([init('log', 'restart')]),
};

const IMAGE = '/tmp/cordon-firmware.bin';

const firmware: FirmwareSteps = {
  version: { name: 'read the version', words: ['cat', '/etc/openwrt_release'], changes: false },
  versionIn: (printed) => /^DISTRIB_RELEASE='([^']{1,64})'$/m.exec(printed)?.[1] ?? null,
  // Boards with two images name the other one in the partition table of the flash.
  secondImage: script(
    'look for a second image',
    'grep -Eq "\\"(firmware2|alt_firmware|kernel2|alt_kernel|rootfs2|alt_rootfs|inactive)\\"" /proc/mtd',
    false,
  ),
  stage: {
    name: 'fetch the image',
    words: ['wget', '-q', '-O', IMAGE, null],
    changes: false,
    longestMs: 300_000,
  },
  checksum: {
    name: 'take the checksum of the image',
    words: ['sha256sum', IMAGE],
    changes: false,
    longestMs: 60_000,
  },
  rehearse: { name: 'test the image', words: ['sysupgrade', '-T', IMAGE], changes: false, longestMs: 60_000 },
  install: {
    name: 'install the image',
    words: ['sysupgrade', '-q', IMAGE],
    changes: true,
    longestMs: 300_000,
  },
};

export const openwrt: Dialect = {
  config: CONFIG,
  settings: flatten,
  services: (wanted) => got(servicesFacet(wanted)),
  isOff: isOffOn,
  off: offOn,
  acl(direction, rules) {
    const parsed = parseRules(rules);
    if (parsed.kind !== 'got') return parsed;
    return got({ facet: openwrtAcl(direction), goal: () => ({ rules: parsed.value }) });
  },
  aclFacet: openwrtAcl,
  logging: (server) =>
    got({ facet: loggingFacet, goal: () => ({ [LOG_IP]: [server], [LOG_REMOTE]: ['1'] }) }),
  loggingFacet,
  // busybox asks twice.
  setPassword: (user, password) =>
    command(
      { name: 'set the password', words: ['passwd', null], changes: true },
      [user],
      `${password}\n${password}\n`,
    ),
  firmware,
};
