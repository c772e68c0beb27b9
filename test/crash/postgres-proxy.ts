/**
 * A stretch of cable between a store and its Postgres server, which can be cut at any statement that writes: before it
 * (lost), after the server has done it and before anybody is told (kept), or while it is under way (cut).
 */
import { connect, createServer, type Socket } from 'node:net';
import type { Break } from './steps.ts';

export interface Cable {
  readonly port: number;
  /** Statements of transactions that passed since the cable was laid or armed, writes only. */
  readonly writes: string[];
  /** From now on statements are counted, and the one at `at` breaks once. */
  arm(at: number, how: Exclude<Break, 'lost twice'>): void;
  close(): Promise<void>;
}

const WRITE = /^\s*(BEGIN|INSERT|UPDATE|WITH|COMMIT)/;

/** Whole messages of the protocol out of a stream: a letter (the first one has none), a length, a body. */
function messages(onMessage: (letter: string, message: Buffer) => void, first: 'letter' | 'none') {
  let rest = Buffer.alloc(0);
  let lettered = first === 'letter';
  return (data: Buffer): void => {
    rest = Buffer.concat([rest, data]);
    for (;;) {
      const at = lettered ? 1 : 0;
      if (rest.length < at + 4) return;
      const length = at + rest.readUInt32BE(at);
      if (rest.length < length) return;
      const message = rest.subarray(0, length);
      rest = rest.subarray(length);
      onMessage(lettered ? message.toString('latin1', 0, 1) : '', message);
      lettered = true;
    }
  };
}

/** Reads the text of a simple query, or of a statement that is carried out; it may have been parsed long before. */
function createTexts(): (letter: string, message: Buffer) => string | null {
  const parsed = new Map<string, string>();
  const two = (message: Buffer): readonly [string, string] => {
    const middle = message.indexOf(0, 5);
    return [
      message.toString('utf8', 5, middle),
      message.toString('utf8', middle + 1, message.indexOf(0, middle + 1)),
    ];
  };
  return (letter, message) => {
    if (letter === 'Q') return message.toString('utf8', 5, message.length - 1);
    if (letter === 'P') parsed.set(...two(message));
    return letter === 'B' ? (parsed.get(two(message)[1]) ?? null) : null;
  };
}

export async function layCable(serverPort: number): Promise<Cable> {
  const writes: string[] = [];
  const sockets = new Set<Socket>();
  const fault: { at: number; how: Break } = { at: Infinity, how: 'lost' };

  const server = createServer((client) => {
    const upstream = connect(serverPort, '127.0.0.1');
    const cut = (): void => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', cut);
      socket.on('close', () => {
        sockets.delete(socket);
        cut();
      });
    }
    /** Statements of which the answer has not come yet, and the greeting; the broken one is the last of them. */
    let unanswered = 1;
    /** finishing: the rest of the broken statement still passes. broken: nothing does. */
    let state: 'whole' | 'finishing' | 'broken' = 'whole';
    const textOf = createTexts();
    const pass = (letter: string, message: Buffer): void => {
      if (state === 'broken') return;
      const text = textOf(letter, message);
      const breaks = text !== null && WRITE.test(text) && writes.push(text.trim()) - 1 === fault.at;
      if (breaks) fault.at = Infinity;
      if (breaks) state = fault.how === 'lost' ? 'broken' : 'finishing';
      if (state === 'broken') return cut();
      upstream.write(message);
      if (letter !== 'S' && letter !== 'Q') return;
      unanswered += 1;
      if (state !== 'finishing') return;
      state = 'broken';
      if (fault.how === 'cut') setImmediate(cut);
    };
    const answer = (letter: string, message: Buffer): void => {
      if (state === 'whole' || unanswered > 1) client.write(message);
      if (letter !== 'Z') return;
      unanswered -= 1;
      if (state === 'broken' && unanswered === 0) cut();
    };
    client.on('data', messages(pass, 'none'));
    upstream.on('data', messages(answer, 'letter'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the cable has no port');
  return {
    port: address.port,
    writes,
    arm(at, how) {
      writes.length = 0;
      Object.assign(fault, { at, how });
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
