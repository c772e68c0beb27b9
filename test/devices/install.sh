#!/bin/sh
# Installs the real device software that `npm run test:devices` and the demos talk to, the browser that it reads reports in, and
# strace, with which tests of the store spoil its system calls. Debian 12 or later, as root.
# Nothing is started: they start what they need, on loopback addresses and in network namespaces only.
set -eu
packages='openssh-server dropbear-bin frr openvswitch-switch nftables unbound unbound-anchor bind9-dnsutils iproute2 iputils-ping procps lsof chromium strace'
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
  trap 'rm -f "$policy"' EXIT
fi
apt-get update
DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $packages
