/** Server, simulated providers and a worker in one process, until Ctrl-C: a place to try playbooks out. */
import { once } from 'node:events';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { quietRuntime } from '../../worker/main.ts';
import { ending, examples } from '../command.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { openPlayground } from '../playground/playground.ts';
import { openServer } from '../server/open.ts';
import type { Terminal } from '../terminal.ts';

interface Options {
  readonly port: string;
  readonly uiPort: string;
  readonly state: string;
  readonly playbooks?: string;
}

export function command(program: Command): void {
  const dev = program
    .command('dev')
    .description(
      'Starts a Temporal server with its UI, simulators of Google, Microsoft, a mail server and a few devices, and a worker in development mode. Everything listens on this machine only and ends with Ctrl-C.',
    )
    .option('--port <number>', "the server's port", '7233')
    .option('--ui-port <number>', "the UI's port", '8233')
    .option('--state <folder>', 'where record, evidence and settings are kept', '.cordon/dev')
    .option('--playbooks <folder>', 'playbooks to serve (default: the shipped ones)')
    .action(ending(async (terminal, options: Options) => serve(terminal, options)));
  examples(dev, 'dev', 'dev --playbooks my-playbooks');
}

async function serve(terminal: Terminal, options: Options): Promise<ExitCode> {
  const { err } = terminal;
  const log = (line: string): void => err.write(`${line}\n`);
  const server = await openServer({
    port: Number(options.port),
    uiPort: Number(options.uiPort),
    headless: false,
  });
  // Keeps the process alive until a worker has ended, so not before there is a server.
  quietRuntime(log);
  const folder = resolve(options.state);
  const playground = await openPlayground({
    folder,
    address: server.kind === 'ours' ? server.address : (server.connectionOptions.address ?? ''),
    connectionOptions: server.connectionOptions,
    namespace: server.namespace,
    taskQueue: 'cordon',
    withSite: true,
    log,
    ...(options.playbooks === undefined ? {} : { playbooks: resolve(options.playbooks) }),
  });
  for (const account of ['alice@corp.example']) playground.google.seedAttacker(account);
  for (const account of ['bob@contoso.example']) playground.graph.seedAttacker(account);
  err.write(`${welcome(folder, server.kind === 'ours' ? server.uiUrl : null)}\n`);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  err.write('ending; calls under way are given time to end\n');
  await playground.close();
  await server.stop();
  return EXIT.done;
}

function welcome(folder: string, uiUrl: string | null): string {
  return [
    `ready${uiUrl === null ? '' : `; Temporal UI: ${uiUrl}`}`,
    'two mailboxes have been broken into: alice@corp.example (Google) and bob@contoso.example (Microsoft)',
    'and a host: host-0042, whose switch and resolver can cut it off',
    'in another terminal:',
    '  npm run -s cordon -- run email_takeover_v1 --case CASE-1 --context target_email=alice@corp.example',
    '  npm run -s cordon -- run device_compromise_v1 --case CASE-2 --context device_id=host-0042 osquery_log_path=/var/log/osquery quarantine_vlan=666 notification_channel=#soc',
    '  npm run -s cordon -- approvals',
    '  npm run -s cordon -- undo cordon-device_compromise_v1-CASE-2',
    `  npm run -s cordon -- audit verify ${folder}/cordon.db`,
  ].join('\n');
}
