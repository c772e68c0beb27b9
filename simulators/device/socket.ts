/** The socket under a connection. ssh2 shows it under no public name, and offers no other way to cut a line. */
import type { Socket } from 'node:net';
import type { Connection } from 'ssh2';

export function socketOf(connection: Connection): Socket {
  return (connection as unknown as { readonly _sock: Socket })._sock;
}
