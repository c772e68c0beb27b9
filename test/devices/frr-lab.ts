/** Prepares a machine on which FRR routes, within a namespace of its own. `vtysh` on it is the router's terminal. */
export const FRR_PROGRAMS = ['sshd', 'vtysh', 'zebra', 'staticd', 'ip', 'chpasswd'] as const;

export const FRR = `set -e
cp -a /etc "$1/etc"
mount --bind "$1/etc" /etc
mkdir -p /var/run/frr
mount -t tmpfs tmpfs /var/run/frr
chown frr:frr /var/run/frr
: >/etc/frr/vtysh.conf
echo 'hostname edge' >/etc/frr/frr.conf
chown -R frr:frr /etc/frr
unshare -n sh -c 'ip link set lo up; /usr/lib/frr/zebra -d -A 127.0.0.1; /usr/lib/frr/staticd -d -A 127.0.0.1' >/dev/null 2>&1
sleep 1`;
