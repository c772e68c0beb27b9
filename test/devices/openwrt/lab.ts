/** A router as OpenWrt builds them: dropbear, init scripts and a packet filter, in namespaces of its own. */
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { join, resolve } from 'node:path';
import { openRouter } from '../../../simulators/device/openwrt.ts';
import { answers, folder, keep, makeKeys, namespace, run, targetMaker, until, type Sshd } from '../lab.ts';

const here = import.meta.dirname;
const node = resolve(here, '../../../node_modules/.bin/node');

export interface OpenwrtLab extends Sshd {
  readonly space: string;
  close(): void;
}

const PREPARE = `set -e
cp -a /etc "$1/etc"
cp "$1"/init/* "$1/etc/init.d/"
mkdir -p "$1/etc/config"
touch "$1/etc/config/uhttpd" "$1/etc/config/firewall" "$1/etc/config/dropbear" "$1/etc/config/system"
printf "DISTRIB_RELEASE='23.05.2'\\n" >"$1/etc/openwrt_release"
mount --bind "$1/etc" /etc
mkdir -p /root/.ssh
mount --bind "$1/ssh" /root/.ssh
mount -t overlay overlay -o "lowerdir=$1/bin:/usr/bin" /usr/bin
export UCI_STORE="$1/uci.json"
exec dropbear -F -E -e -P "$1/pid" -r "$1/hostkey" -p 127.0.0.1:2222 2>"$1/dropbear.log"`;

/** Enabled and running are one here; nothing listens behind these names. */
const SERVICE = `#!/bin/sh
s="$(dirname "$UCI_STORE")/services/$(basename "$0")"
case "$1" in
  enabled) [ -e "$s" ] ;;
  enable|start) touch "$s" ;;
  stop|disable) rm -f "$s" ;;
esac
`;

/** Rules that name a port become real ones of nftables. */
const FIREWALL = `#!/bin/sh
nft flush chain inet fw input || exit 1
uci -q show firewall | sed -n "s/^firewall\\.cordon_in_[0-9]*\\.dest_port='\\([0-9]*\\)'$/\\1/p" | while read -r port; do
  nft add rule inet fw input tcp dport "$port" drop || exit 1
done
`;

function program(path: string, text: string): void {
  writeFileSync(path, text);
  chmodSync(path, 0o755);
}

export async function startOpenwrt(): Promise<OpenwrtLab> {
  const at = folder();
  for (const one of ['bin', 'init', 'ssh', 'services']) mkdirSync(join(at, one), { mode: 0o700 });
  const { clientKey } = makeKeys(at);
  run('dropbearkey', ['-t', 'ed25519', '-f', join(at, 'hostkey')]);
  const printed = run('dropbearkey', ['-y', '-f', join(at, 'hostkey')]);
  writeFileSync(join(at, 'hostkey.pub'), /^ssh-ed25519 .*$/m.exec(printed)?.[0] ?? '');
  const [, hostKey = ''] = run('ssh-keygen', ['-lf', join(at, 'hostkey.pub')]).split(' ');
  run('cp', [join(at, 'client.pub'), join(at, 'ssh', 'authorized_keys')]);
  writeFileSync(join(at, 'uci.json'), JSON.stringify([...openRouter().uci]));
  writeFileSync(join(at, 'services', 'telnet'), '');
  program(join(at, 'bin', 'uci'), `#!/bin/sh\nexec ${node} ${join(here, 'uci.ts')} "$@"\n`);
  for (const one of ['telnet', 'uhttpd', 'dropbear', 'log']) program(join(at, 'init', one), SERVICE);
  program(join(at, 'init', 'firewall'), FIREWALL);
  const space = namespace('owrt');
  for (const text of ['add table inet fw', 'add chain inet fw input { type filter hook input priority 0; }'])
    run('ip', ['netns', 'exec', space, 'nft', text]);
  const own = ['-m', '-p', '-f', '--kill-child', '--mount-proc'];
  keep('ip', ['netns', 'exec', space, 'unshare', ...own, 'sh', '-c', PREPARE, 'lab', at]);
  const unix = join(at, 'relay');
  keep('ip', ['netns', 'exec', space, node, join(here, 'relay.ts'), unix, '2222']);
  await until('the relay', () => existsSync(unix));
  const { server, port } = await door(unix);
  await until('dropbear', () => answers(port));
  return {
    folder: at,
    port,
    space,
    target: targetMaker({ hostKey, clientKey }, port, at),
    close: () => server.close(),
  };
}

/** Loopback on this side of the relay. */
async function door(unix: string): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer((near) => {
    const far = connect(unix);
    near.pipe(far).pipe(near);
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  return { server, port: (server.address() as AddressInfo).port };
}
