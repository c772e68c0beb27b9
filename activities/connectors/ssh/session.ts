/**
 * Commands over one connection, one after the other, each within bounds of time and size.
 *
 * E1 A command that changes something counts as sent before its first byte leaves.
 * E2 After E1 no failure says that nothing was changed.
 * E3 A session that failed runs nothing more.
 */
import type { Client, ClientChannel } from 'ssh2';
import type { CallContext } from '../connector.ts';
import type { Command } from './command.ts';
import { connect } from './connect.ts';
import { afterSending, got, refused, unavailable, type Failure, type Got } from './failure.ts';
import { nameOf, type SshTarget } from './target.ts';

export interface Ran {
  /** Exit code; -1 where the command was ended by a signal. */
  readonly code: number;
  readonly bytes: Buffer;
  /** The same as text. */
  readonly stdout: string;
}

export interface Session {
  readonly target: SshTarget;
  /** Any exit code is an answer. */
  run(command: Command): Promise<Got<Ran>>;
}

/** What a call has sent so far, over all its connections. */
export interface Trail {
  changeSent: boolean;
}

const MOST_BYTES = 1024 * 1024;
/** Only read so that the device is not held up; what it says there may quote what it was sent. */
const MOST_BYTES_OF_STDERR = 256 * 1024;
const LONGEST_MS = 20_000;

/** Opens a connection for `work` and closes it, whatever comes of it. */
export async function withSession<T>(
  target: SshTarget,
  call: CallContext,
  trail: Trail,
  work: (session: Session) => Promise<Got<T>>,
): Promise<Got<T>> {
  const client = await connect(target, call);
  if (client.kind !== 'got') return afterSending(client, trail.changeSent);
  let broken: Failure | null = null;
  const session: Session = {
    target,
    async run(command) {
      if (broken !== null) return broken;
      // E1
      if (command.changes) trail.changeSent = true;
      const ran = await exchange(client.value, nameOf(target), command, call.signal);
      call.heartbeat();
      if (ran.kind === 'got') return ran;
      broken = afterSending(ran, trail.changeSent);
      return broken;
    },
  };
  try {
    return await work(session);
  } finally {
    client.value.end();
    client.value.destroy();
  }
}

/** Runs a command that must end with 0, and gives what it printed. */
export async function outputOf(session: Session, trail: Trail, command: Command): Promise<Got<string>> {
  const ran = await session.run(command);
  if (ran.kind !== 'got') return ran;
  if (ran.value.code === 0) return got(ran.value.stdout);
  return afterSending(
    refused(
      'device_refused',
      `${nameOf(session.target)} refused to ${command.name} (exit code ${ran.value.code}); see its own log`,
    ),
    trail.changeSent,
  );
}

function exchange(client: Client, target: string, command: Command, signal: AbortSignal): Promise<Got<Ran>> {
  return new Promise((resolve) => {
    let settled = false;
    const settle = (answer: Got<Ran>): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      client.removeListener('close', lost);
      if (answer.kind !== 'got') client.destroy();
      resolve(answer);
    };
    const abort = (): void => settle(unavailable('ssh_cancelled', `the call to ${target} was given up`));
    const lost = (): void =>
      settle(unavailable('ssh_disconnected', `${target} went away during ${command.name}`));
    const silent = (): void =>
      settle(
        refused(
          'ssh_no_answer',
          `${target} did not end ${command.name} in time; it may be waiting at a prompt`,
        ),
      );
    const timer = setTimeout(silent, command.longestMs ?? LONGEST_MS);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    client.once('close', lost);
    try {
      client.exec(command.line, (error, channel) => {
        if (error !== undefined)
          return settle(refused('ssh_no_exec', `${target} runs no commands for this user; give it a shell`));
        collect(channel, command, (code, bytes) => {
          if (bytes === null)
            settle(refused('ssh_output', `${target} printed more during ${command.name} than it may`));
          else if (code === null) lost();
          else settle(got({ code, bytes, stdout: bytes.toString('utf8') }));
        });
      });
    } catch {
      lost();
    }
  });
}

/** Calls back once: with an exit code, with null for it where there was none, with null as output where it was too long. */
function collect(
  channel: ClientChannel,
  { input, mostBytes = MOST_BYTES }: Command,
  done: (code: number | null, bytes: Buffer | null) => void,
): void {
  const parts: Buffer[] = [];
  const seen = { stdout: 0, stderr: 0 };
  let code: number | null = null;
  channel.on('data', (part: Buffer) => {
    seen.stdout += part.byteLength;
    if (seen.stdout > mostBytes) done(null, null);
    else parts.push(part);
  });
  channel.stderr.on('data', (part: Buffer) => {
    seen.stderr += part.byteLength;
    if (seen.stderr > MOST_BYTES_OF_STDERR) done(null, null);
  });
  channel.on('exit', (status: number | null) => {
    code = status ?? -1;
  });
  channel.on('close', () => done(code, Buffer.concat(parts)));
  channel.on('error', () => done(null, Buffer.alloc(0)));
  // Always closed, so that nothing on the device can wait for an answer from us.
  channel.end(input ?? '');
}
