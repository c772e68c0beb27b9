/** A witness of logs: it remembers what it saw, and puts its name only to what continues that. */
import { once } from 'node:events';
import type { Command } from 'commander';
import { nodeCodec } from '../../activities/stores/index.ts';
import { startWitness, type Listen } from '../../activities/witness/server.ts';
import { makeWitness, openWitness, type WitnessState } from '../../activities/witness/state.ts';
import { equalBytes } from '../../workflows/audit/codec.ts';
import {
  isKeyName,
  readVerifierKey,
  vkeyText,
  type VerifierKey,
} from '../../workflows/audit/verifier-key.ts';
import { ending, examples } from '../command.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { complain, type Terminal } from '../terminal.ts';

interface Options {
  readonly state: string;
  readonly listen: string;
  readonly log: readonly string[];
  readonly newKey?: string;
}

export function command(program: Command): void {
  const witness = program
    .command('witness')
    .description(
      'Watches logs: cosigns their checkpoints as long as each continues the one before, and refuses what does not. Run it where whoever writes the log cannot write. Speaks C2SP tlog-witness on plain HTTP.',
    )
    .requiredOption('--state <file>', 'what it remembers, and its key; losing it means a new witness')
    .option('--listen <address>', 'host and port', '127.0.0.1:8790')
    .option('--log <vkey...>', 'keys of the logs to watch', [])
    .option('--new-key <name>', 'make the file with a new key of that name, print the key, and end')
    .action(ending(async (terminal, options: Options) => act(terminal, options)));
  examples(
    witness,
    'witness --state witness.db --new-key witness.example.org/w1',
    'witness --state witness.db --listen 127.0.0.1:8790 --log example.org/log+1a2b3c4d+AX…',
  );
}

async function act(terminal: Terminal, options: Options): Promise<ExitCode> {
  if (options.newKey !== undefined) return make(terminal, options.state, options.newKey);
  const opened = openWitness(options.state);
  if (opened.kind === 'problem') return complain(terminal, [opened.problem]);
  const { state } = opened;
  try {
    return await serve(terminal, state, options);
  } finally {
    state.close();
  }
}

function make(terminal: Terminal, file: string, name: string): ExitCode {
  if (!isKeyName(name))
    return complain(terminal, [
      'the name of a key has no spaces and no "+"; an address such as example.org/w1 is usual',
    ]);
  const made = makeWitness(file, name);
  if (made.kind === 'problem') return complain(terminal, [made.problem]);
  terminal.out.write(`${vkeyText(made.state.key.key, nodeCodec)}\n`);
  made.state.close();
  return EXIT.done;
}

async function serve(terminal: Terminal, state: WitnessState, { listen, log }: Options): Promise<ExitCode> {
  const address = addressOf(listen);
  if (address === null)
    return complain(terminal, [`--listen takes a host and a port, such as 127.0.0.1:8790`]);
  const logs = readLogs(log, state);
  if (logs.kind === 'problems') return complain(terminal, logs.problems);
  const say = (line: string): void => terminal.err.write(`${line}\n`);
  try {
    const now = (): number => Math.floor(Date.now() / 1000);
    const running = await startWitness({ state, logs: logs.keys, now }, address, say);
    const origins = [...new Set(logs.keys.map(({ name }) => name))].join(', ');
    say(`witness ${state.key.key.name} of ${origins} on ${running.url}`);
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
    await running.close();
    return EXIT.done;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return complain(terminal, [`${listen} cannot be listened on (${code})`], EXIT.failed);
  }
}

function addressOf(text: string): Listen | null {
  const [, host, port] = /^(?:\[?([^[\]]+)\]?):(\d{1,5})$/.exec(text) ?? [];
  return host === undefined || Number(port) > 65_535 ? null : { host, port: Number(port) };
}

function readLogs(
  vkeys: readonly string[],
  state: WitnessState,
):
  | { readonly kind: 'keys'; readonly keys: readonly VerifierKey[] }
  | { readonly kind: 'problems'; readonly problems: readonly string[] } {
  const keys: VerifierKey[] = [];
  const problems: string[] = [];
  for (const [at, vkey] of vkeys.entries()) {
    const reading = readVerifierKey(vkey, nodeCodec);
    if (reading.kind === 'refused') problems.push(`--log, the ${at + 1}. key: ${reading.reason}`);
    else if (reading.key.type !== 'log')
      problems.push(`--log, the ${at + 1}. key: it is the key of a witness`);
    else if (equalBytes(reading.key.publicKey, state.key.key.publicKey))
      problems.push(`--log, the ${at + 1}. key: it is this witness's own; who signs a log cannot witness it`);
    else keys.push(reading.key);
  }
  if (vkeys.length === 0)
    problems.push('name the logs to watch with --log VKEY; a worker prints the key of its log');
  return problems.length > 0 ? { kind: 'problems', problems } : { kind: 'keys', keys };
}
