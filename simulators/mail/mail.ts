/** A mail server that keeps what it takes, for tests and the demo. Listens on 127.0.0.1 only; delivers nothing. */
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server';
import { readMessage } from './read-message.ts';

export interface CapturedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly messageId: string;
  /** The body, decoded. */
  readonly text: string;
  /** All bytes as they came, as Latin-1 text. */
  readonly raw: string;
}

/**
 * reply: answer with `status` at `stage`; nothing is taken. hang: never answer at `stage`.
 * drop: cut the connection at `stage`; at `after_data` the message is taken first.
 */
export interface MailFault {
  readonly kind: 'reply' | 'hang' | 'drop';
  readonly stage: 'connect' | 'recipient' | 'data' | 'after_data';
  readonly status?: number;
  /** How many conversations it strikes. */
  readonly times: number;
}

export interface MailSimulator {
  readonly host: string;
  readonly port: number;
  /** In the order in which they were taken. */
  messages(): readonly CapturedMail[];
  /** Faults strike in the order in which they were given. */
  fault(fault: MailFault): void;
  close(): Promise<void>;
}

type Done = (error?: Error | null) => void;

/** `account`, when given, must sign in before it may send. Port 0 takes any free one. */
export async function startMailSimulator(
  options: {
    readonly port?: number;
    readonly account?: { readonly user: string; readonly password: string };
  } = {},
): Promise<MailSimulator> {
  const taken: CapturedMail[] = [];
  const faults: MailFault[] = [];
  const sockets = new Map<number, Socket>();
  const strike = strikes(faults, sockets);
  const server = new SMTPServer({
    ...stages(strike, taken),
    authOptional: options.account === undefined,
    allowInsecureAuth: true,
    disabledCommands: options.account === undefined ? ['STARTTLS', 'AUTH'] : ['STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 100,
    onAuth(auth, _session, done) {
      const { user, password } = options.account ?? { user: undefined, password: undefined };
      const known = auth.username === user && auth.password === password;
      return known ? done(null, { user }) : done(refusal(535));
    },
  });
  server.on('error', () => undefined);
  server.server.on('connection', (socket) => {
    const { remotePort } = socket;
    if (remotePort === undefined) return;
    sockets.set(remotePort, socket);
    socket.on('close', () => sockets.delete(remotePort));
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server.server, 'listening');
  return {
    host: '127.0.0.1',
    port: (server.server.address() as AddressInfo).port,
    messages: () => [...taken],
    fault: (fault) => void faults.push({ ...fault }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets.values()) socket.destroy();
      }),
  };
}

type Strike = (stage: MailFault['stage'], session: SMTPServerSession, done: Done) => void;

function stages(strike: Strike, taken: CapturedMail[]): SMTPServerOptions {
  return {
    onConnect: (session, done) => strike('connect', session, done),
    onRcptTo: (_address, session, done) => strike('recipient', session, done),
    onData(stream, session, done) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        strike('data', session, (error) => {
          if (error) return done(error);
          const { mailFrom, rcptTo } = session.envelope;
          const to = rcptTo.map((recipient) => recipient.address);
          taken.push({ from: mailFrom ? mailFrom.address : '', to, ...readMessage(Buffer.concat(parts)) });
          return strike('after_data', session, done);
        });
      });
    },
  };
}

/** Goes on with `done` unless a fault waits for this stage. */
function strikes(faults: MailFault[], sockets: ReadonlyMap<number, Socket>): Strike {
  const left = new Map<MailFault, number>();
  return (stage, session, done) => {
    const fault = faults.find((one) => one.stage === stage);
    if (fault === undefined) return done();
    const remaining = (left.get(fault) ?? fault.times) - 1;
    left.set(fault, remaining);
    if (remaining <= 0) faults.splice(faults.indexOf(fault), 1);
    switch (fault.kind) {
      case 'reply':
        return done(refusal(fault.status ?? 450));
      case 'hang':
        return undefined;
      case 'drop':
        return void sockets.get(session.remotePort)?.destroy();
    }
  };
}

function refusal(status: number): Error {
  return Object.assign(new Error('as the simulator was told'), { responseCode: status });
}
