/**
 * The router's services, within its network: telnet and the web interface take connections for as long as its
 * settings say so, and a file under `open/` tells that they do. Looks again at SIGHUP. Also carries what comes
 * into the socket `ssh` to the router's own SSH port, because this machine's network does not lead there.
 */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { carry } from './carry.ts';
import { readStore } from './store.ts';

const [folder = '', sshPort = ''] = process.argv.slice(2);

const SERVICES: readonly (readonly [name: string, port: number, isOn: () => boolean])[] = [
  ['telnet', 23, () => existsSync(join(folder, 'services', 'telnet'))],
  ['http', 80, () => readStore().has('uhttpd.main.listen_http')],
  ['https', 443, () => readStore().has('uhttpd.main.listen_https')],
];
const open = new Map<string, Server>();

function follow(): void {
  for (const [name, port, isOn] of SERVICES) {
    const mark = join(folder, 'open', name);
    const server = open.get(name);
    if (!isOn()) {
      open.delete(name);
      server?.close(() => rmSync(mark, { force: true }));
    } else if (server === undefined) {
      const made = createServer((socket) => socket.on('error', () => undefined).end());
      open.set(
        name,
        made.listen(port, '0.0.0.0', () => writeFileSync(mark, '')),
      );
    }
  }
}

process.on('SIGHUP', follow);
follow();
createServer((near) => carry(near, connect(Number(sshPort), '127.0.0.1'))).listen(join(folder, 'ssh.socket'));
writeFileSync(join(folder, 'gate.pid'), String(process.pid));
