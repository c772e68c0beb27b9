/**
 * One message over one SMTP conversation. The point that matters is where it broke off: until the server has
 * said that it takes the message's bytes, nothing can have been sent; from then on, only its answer tells.
 */
import { Readable } from 'node:stream';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { isThisMachine, type SmtpConfig } from './config.ts';
import type { Message } from './message.ts';

export interface Undelivered {
  readonly kind: 'undelivered';
  /** The server's reply, where the end was one. */
  readonly status: number | null;
  /** The client's own code otherwise: `ECONNREFUSED`, `ETIMEDOUT`, `ETLS`, … */
  readonly code: string;
  /** Some of the message went over the wire. */
  readonly handedOver: boolean;
}

export type Delivery = { readonly kind: 'accepted' } | Undelivered;

const LONGEST_MS = {
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  dnsTimeout: 10_000,
  socketTimeout: 30_000,
};

/** Never throws. `password` is null where the server asks for none. */
export async function deliver(
  smtp: SmtpConfig,
  password: string | null,
  message: Message,
  signal: AbortSignal,
): Promise<Delivery> {
  if (signal.aborted) return { kind: 'undelivered', status: null, code: 'EABORT', handedOver: false };
  const connection = open(smtp, password !== null);
  let handedOver = false;
  const bytes = Readable.from(
    (function* () {
      handedOver = true;
      yield message.bytes;
    })(),
  );
  const broken = new Promise<never>((_, reject) => {
    connection.on('error', reject);
    signal.addEventListener('abort', () => reject(ABORTED), { once: true });
  });
  const conversation = async (): Promise<void> => {
    await step((done) => connection.connect(done));
    if (password !== null)
      await step((done) =>
        connection.login({ credentials: { user: smtp.user ?? '', pass: password } }, done),
      );
    await step((done) => connection.send({ from: message.from, to: [message.to] }, bytes, done));
  };
  try {
    await Promise.race([conversation(), broken]);
    return { kind: 'accepted' };
  } catch (error) {
    const { responseCode, originalCode, code } = Object(error) as Failure;
    const known = typeof originalCode === 'string' ? originalCode : code;
    const status = typeof responseCode === 'number' ? responseCode : null;
    return {
      kind: 'undelivered',
      status,
      code: typeof known === 'string' ? known : 'ECONNECTION',
      handedOver,
    };
  } finally {
    connection.close();
    bytes.destroy();
  }
}

interface Failure {
  readonly responseCode?: unknown;
  readonly originalCode?: unknown;
  readonly code?: unknown;
}

const ABORTED = Object.assign(new Error('stopped'), { code: 'EABORT' });

function open(smtp: SmtpConfig, withPassword: boolean): SMTPConnection {
  return new SMTPConnection({
    host: smtp.host,
    port: smtp.port,
    secure: smtp.secure ?? false,
    // A password never goes over a network in the clear.
    requireTLS: withPassword && smtp.secure !== true && !isThisMachine(smtp.host),
    ...LONGEST_MS,
  });
}

function step(take: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => take((error) => (error ? reject(error) : resolve())));
}
