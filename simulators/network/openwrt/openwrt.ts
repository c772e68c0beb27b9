/**
 * A router as OpenWrt builds them, between two networks. dropbear, nftables, the shell, the password and whatever
 * listens are real; `uci`, init scripts and the images stand in (see board.ts).
 */
import { chmodSync, existsSync, mkdirSync, watch, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { createListeners } from '../../device/listeners.ts';
import { openRouter } from '../../device/openwrt.ts';
import type { Lab } from '../lab.ts';
import { plug } from '../segment.ts';
import { fingerprintIn, makeKeys, reachableAt, speaks, startDevice, type SshServer } from '../ssh-server.ts';
import { bootText, FLASH, initScripts, programs, type Image } from './board.ts';
import { carry } from './carry.ts';

/** Addresses of the router, of somebody in the internet, and of an intruder there. */
export const ROUTER = '192.0.2.10';
export const STRANGER = '198.51.100.7';
export const INTRUDER = '203.0.113.66';

const INSIDE = '10.0.0.1';
const MANAGEMENT_PORT = 2222;
/** What listens when it leaves the factory. */
const OPEN = ['telnet', 'http', 'https'] as const;
const SERVICES = ['telnet', 'http', 'https', 'snmp', 'upnp', 'ftp'] as const;

export interface OpenwrtRouter extends SshServer {
  /** Its own network, and that of whoever comes from outside. */
  readonly network: string;
  readonly outside: string;
  /** Ports on this machine's loopback at which each service is seen, for as long as it takes connections. */
  readonly ports: { readonly [service: string]: number };
  /** The rules for what comes in, as nftables lists them. */
  rules(): Promise<string>;
}

export interface OpenwrtOptions {
  readonly image: Image;
  /** Besides the key, a password that was set on the router opens it. */
  readonly passwords?: boolean;
}

export async function startOpenwrt(
  lab: Lab,
  { image, passwords = false }: OpenwrtOptions,
): Promise<OpenwrtRouter> {
  const at = lab.folder('openwrt');
  const keys = await furnish(lab, at, image);
  const [network, outside, inside] = [
    await lab.network('router'),
    await lab.network('outside'),
    await lab.network('inside'),
  ];
  await wire(lab, network, outside, inside);
  for (const text of ['add table inet fw', 'add chain inet fw input { type filter hook input priority 0; }'])
    await lab.run('ip', ['netns', 'exec', network, 'nft', text]);
  startDevice(lab, bootText(MANAGEMENT_PORT, passwords), at, network);
  await lab.until('the router', () => existsSync(join(at, 'gate.pid')));
  const listeners = await createListeners(SERVICES, (one) => existsSync(join(at, 'open', one)));
  const watcher = watch(join(at, 'open'), listeners.follow).unref();
  const door = await openDoor(join(at, 'ssh.socket'));
  lab.atEnd(() => {
    watcher.close();
    door.close();
    void listeners.close();
  });
  const { port } = door.address() as AddressInfo;
  await lab.until('dropbear', () => speaks(port));
  await lab.until('the router’s services', () => OPEN.every((one) => existsSync(join(at, 'open', one))));
  return {
    folder: at,
    ...reachableAt(at, port, keys),
    network,
    outside,
    ports: listeners.ports,
    rules: () => lab.run('ip', ['netns', 'exec', network, 'nft', 'list', 'chain', 'inet', 'fw', 'input']),
  };
}

/** Its files as they are when it leaves the factory. */
async function furnish(lab: Lab, at: string, image: Image): Promise<{ hostKey: string; clientKey: string }> {
  for (const one of ['bin', 'init', 'home', 'home/.ssh', 'services', 'open'])
    mkdirSync(join(at, one), { mode: 0o700 });
  const { clientKey } = await makeKeys(lab, at);
  await lab.run('dropbearkey', ['-t', 'ed25519', '-f', join(at, 'hostkey')]);
  const printed = await lab.run('dropbearkey', ['-y', '-f', join(at, 'hostkey')]);
  writeFileSync(join(at, 'hostkey.pub'), /^ssh-ed25519 .*$/m.exec(printed)?.[0] ?? '');
  await lab.run('cp', [join(at, 'client.pub'), join(at, 'home', '.ssh', 'authorized_keys')]);
  const router = openRouter();
  writeFileSync(join(at, 'uci.json'), JSON.stringify([...router.uci]));
  writeFileSync(join(at, 'version'), router.version);
  writeFileSync(join(at, 'services', 'telnet'), '');
  writeFileSync(join(at, 'mtd'), FLASH);
  writeFileSync(join(at, 'image'), image.bytes);
  for (const [name, text] of Object.entries(programs(image))) program(join(at, 'bin', name), text);
  for (const [name, text] of Object.entries(initScripts(INSIDE))) program(join(at, 'init', name), text);
  return { hostKey: await fingerprintIn(lab, join(at, 'hostkey.pub')), clientKey };
}

async function wire(lab: Lab, network: string, outside: string, inside: string): Promise<void> {
  await plug(
    lab,
    { network, link: 'wan', addresses: [`${ROUTER}/24`] },
    { network: outside, link: 'eth0', addresses: [`${STRANGER}/24`, `${INTRUDER}/24`] },
  );
  await plug(
    lab,
    { network, link: 'lan', addresses: [`${INSIDE}/24`] },
    { network: inside, link: 'eth0', addresses: ['10.0.0.2/24'] },
  );
  for (const route of ['198.51.100.0/24', '203.0.113.0/24'])
    await lab.run('ip', ['-n', network, 'route', 'add', route, 'dev', 'wan']);
  await lab.run('ip', ['-n', outside, 'route', 'add', '192.0.2.0/24', 'dev', 'eth0']);
}

function program(path: string, text: string): void {
  writeFileSync(path, text);
  chmodSync(path, 0o755);
}

/** Loopback on this side of the router's network. */
async function openDoor(unix: string): Promise<Server> {
  const server = createServer((near) => carry(near, connect(unix)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server.unref();
}
