/**
 * The parts of an OpenWrt router that Debian does not have, as shell texts. Each stands in for the program of its
 * name: settings (`uci`), init scripts, the tool that installs images, and a flash with room for two of them.
 */
import { extname, join } from 'node:path';

const here = import.meta.dirname;
/** Of the checkout or the installation, with all that the programs import: it may lie under `/tmp`, which a device hides. */
const ROOT = join(here, '../../..');
const stem = (name: string): string =>
  `'${process.execPath}' '${join(here, name + extname(import.meta.url))}'`;

export interface Image {
  readonly url: string;
  readonly bytes: string;
}

/** Programs in its `/usr/bin`, before Debian's own. */
export function programs({ url }: Image): { readonly [name: string]: string } {
  return {
    uci: `#!/bin/sh\nexec ${stem('uci')} "$@"\n`,
    // The vendor's server, of which only this file is known.
    wget: `#!/bin/sh\n[ "$4" = '${url}' ] || exit 4\nexec cp "$DEVICE/image" "$3"\n`,
    // What a restart does to whoever is signed in: the line is cut.
    sysupgrade: `#!/bin/sh
[ "$1" != -T ] || exec test -s "$2"
version=$(sed -n 's/^version //p' "$2")
printf "DISTRIB_RELEASE='%s'\\n" "$version" >/etc/openwrt_release
p=$PPID
until [ "$(cat "/proc/$p/comm")" = dropbear ]; do read -r _ _ _ p _ <"/proc/$p/stat"; done
kill -KILL "$p"
`,
    // Only a kernel with flash has a table of it.
    grep: `#!/bin/sh
for last; do :; done
[ "$last" != /proc/mtd ] || set -- "$1" "$2" "$DEVICE/mtd"
exec "$DEVICE/grep" "$@"
`,
  };
}

/** Enabled and running are one here. */
const SERVICE = `#!/bin/sh
s="$DEVICE/services/\${0##*/}"
case "$1" in
  enabled) [ -e "$s" ]; exit ;;
  enable|start) touch "$s" ;;
  stop|disable) rm -f "$s" ;;
esac
kill -HUP "$(cat "$DEVICE/gate.pid")"
`;

const FIREWALL = `#!/bin/sh
rules=$(${stem('firewall')}) || exit 1
printf '%s\\n' "$rules" | exec nft -f -
`;

/** Who comes from outside is let in, or only who comes from the inner network. */
const dropbear = (inside: string): string => `#!/bin/sh
if [ -e "$DEVICE/outer.pid" ]; then
  p=$(cat "$DEVICE/outer.pid"); kill "$p" 2>/dev/null
  while kill -0 "$p" 2>/dev/null; do sleep 0.05; done
fi
case "$(uci -q show dropbear)" in *"Interface='lan'"*) at=${inside} ;; *) at=0.0.0.0 ;; esac
exec dropbear -e -s -P "$DEVICE/outer.pid" -r "$DEVICE/hostkey" -p "$at:22"
`;

/** Files of its `/etc/init.d`. `inside`: its address in the inner network. */
export function initScripts(inside: string): { readonly [name: string]: string } {
  return {
    telnet: SERVICE,
    uhttpd: SERVICE,
    firewall: FIREWALL,
    dropbear: dropbear(inside),
    // Settings are all there is to it.
    log: '#!/bin/sh\n',
  };
}

export const FLASH =
  'dev:    size   erasesize  name\nmtd5: 01000000 00020000 "firmware"\nmtd6: 01000000 00020000 "firmware2"\n';

/** `$1` folder; SSH for management listens on the loopback of the router's own network. */
export function bootText(sshPort: number, passwords: boolean): string {
  return `set -e
export DEVICE="$1" UCI_STORE="$1/uci.json" NODE_COMPILE_CACHE="$1/compiled"
for kept in "$1" '${ROOT}' '${join(process.execPath, '..')}'; do
  n=$((n + 1)); mkdir -p "/run/kept/$n"; mount --bind "$kept" "/run/kept/$n"
done
mount -t tmpfs tmpfs /tmp
n=0
for kept in "$1" '${ROOT}' '${join(process.execPath, '..')}'; do
  n=$((n + 1)); mkdir -p "$kept"; mount --bind "/run/kept/$n" "$kept"
done
cp /usr/bin/grep "$1/grep"
cp -a /etc /run/openwrt-etc
cp "$1"/init/* /run/openwrt-etc/init.d/
mkdir -p /run/openwrt-etc/config
for one in uhttpd firewall dropbear system; do touch "/run/openwrt-etc/config/$one"; done
printf "DISTRIB_RELEASE='%s'\\n" "$(cat "$1/version")" >/run/openwrt-etc/openwrt_release
mount --bind /run/openwrt-etc /etc
mount -t overlay overlay -o "lowerdir=$1/bin:/usr/bin" /usr/bin
${stem('gate')} "$1" ${sshPort} </dev/null >/dev/null 2>&1 &
/etc/init.d/dropbear start
exec dropbear -F -E -e ${passwords ? '' : '-s '}-P "$1/pid" -r "$1/hostkey" -p 127.0.0.1:${sshPort} 2>"$1/dropbear.log"`;
}
