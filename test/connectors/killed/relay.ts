/**
 * A line between a worker and a provider that can be held: what would go over it, in the one direction or the other,
 * stays away from then on, as when the network is slow at the wrong moment. It reads
 * HTTP as far as request lines go, and knows when a mail begins.
 */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Relay {
  readonly port: number;
  readonly url: string;
  /** The request lines that came, in order; of another protocol, none. */
  requests(): readonly string[];
  /** Withholds every answer for as long as this holds. Resolves when one was withheld. */
  holdAnswers(when: () => boolean): Promise<void>;
  /** Withholds requests from the first one of which this holds. Resolves when it came. */
  holdRequests(which: (line: string) => boolean): Promise<void>;
  /** All passes again, over new connections. */
  letGo(): void;
  close(): Promise<void>;
}

const REQUEST = /^(?:(?:GET|HEAD|POST|PUT|PATCH|DELETE) \S+(?= HTTP\/1\.1\r\n)|MAIL(?= FROM:))/;

interface Held {
  readonly answers: () => boolean;
  readonly requests: (line: string) => boolean;
  readonly reached: () => void;
}

export async function startRelay(to: number): Promise<Relay> {
  const open = new Set<Socket>();
  const requests: string[] = [];
  let held: Held | null = null;
  let shut = false;
  const keep = (socket: Socket): void => {
    open.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => undefined).on('close', () => open.delete(socket));
  };
  const server = createServer((near) => {
    const far = connect(to, '127.0.0.1');
    keep(near);
    keep(far);
    near.on('data', (bytes) => {
      const line = REQUEST.exec(bytes.toString('latin1'))?.[0];
      if (line !== undefined) {
        requests.push(line);
        if (held?.requests(line) === true) {
          shut = true;
          held.reached();
        }
      }
      if (!shut) far.write(bytes);
    });
    far.on('data', (bytes) => {
      if (held?.answers() === true) held.reached();
      else near.write(bytes);
    });
    near.on('close', () => far.destroy());
    far.on('close', () => {
      // That the other side hangs up would be an answer as well.
      if (held?.answers() !== true) near.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const hold = (what: Partial<Held>): Promise<void> =>
    new Promise((reached) => {
      held = { answers: () => false, requests: () => false, ...what, reached };
    });
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    requests: () => requests,
    holdAnswers: (answers) => hold({ answers }),
    holdRequests: (which) => hold({ requests: which }),
    letGo() {
      held = null;
      shut = false;
      for (const socket of open) socket.destroy();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}
