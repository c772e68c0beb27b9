/** Secrets: what is wrong with those that are configured, and what lies in the vault. Values are never shown. */
import { text as readAll } from 'node:stream/consumers';
import type { Command } from 'commander';
import { acceptSecret } from '../../activities/secrets/source.ts';
import { faultOf } from '../../activities/secrets/vault/source.ts';
import type { Vault } from '../../activities/secrets/vault/vault.ts';
import type { Config } from '../../worker/config.ts';
import { openConfiguredSecrets, outboundOf } from '../../worker/keeping.ts';
import { ending, examples, withConfig } from '../command.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { oneLine } from '../render/text.ts';
import { complain, printJson, type Terminal } from '../terminal.ts';

interface Options {
  readonly json?: boolean;
}

export function command(program: Command): void {
  const secrets = program
    .command('secrets')
    .description('Secrets that are configured, and the vault. No value is ever shown.');
  const check = secrets
    .command('check')
    .description('Says what is wrong with secrets before one is needed. Exit code 1 when something is.')
    .action(
      ending(async (terminal, _options: Options, self: Command) =>
        withConfig(terminal, self, (config) => inspect(terminal, config)),
      ),
    );
  examples(check, 'secrets check');
  const list = secrets
    .command('list')
    .description('Names in the vault below a path; what ends with / has more below it.')
    .argument('[path]', 'below the mount', '')
    .option('--json', 'print the names as JSON')
    .action(
      ending(async (terminal, path: string, options: Options, self: Command) =>
        withVault(terminal, self, (vault) => show(terminal, vault, path, options)),
      ),
    );
  examples(list, 'secrets list', 'secrets list soc --json');
  const put = secrets
    .command('put')
    .description('Stores a value, read from standard input, as a new version in the vault.')
    .argument('<path#field>', 'where, as in a reference after secret://vault/')
    .action(
      ending(async (terminal, place: string, _options: Options, self: Command) =>
        withVault(terminal, self, (vault) => store(terminal, vault, place)),
      ),
    );
  examples(put, 'secrets put soc/ticketing#token < token.txt');
  const remove = secrets
    .command('delete')
    .description('Deletes the newest version of a secret; the vault itself can bring it back.')
    .argument('<path>', 'below the mount')
    .action(
      ending(async (terminal, path: string, _options: Options, self: Command) =>
        withVault(terminal, self, async (vault) => {
          const got = await vault.remove(path);
          if (got.kind === 'got') return EXIT.done;
          return complain(terminal, [faultOf(`secret://vault/${path}`, got).fault.message], EXIT.failed);
        }),
      ),
    );
  examples(remove, 'secrets delete soc/ticketing');
}

async function inspect(terminal: Terminal, config: Config): Promise<ExitCode> {
  const outbound = outboundOf(config);
  if (outbound.kind === 'problems') return complain(terminal, outbound.problems);
  const opened = openConfiguredSecrets(config, outbound.egress);
  const flaws = opened.kind === 'problems' ? opened.problems : await opened.secrets.inspect();
  return flaws.length === 0 ? EXIT.done : complain(terminal, flaws, EXIT.failed);
}

function withVault(
  terminal: Terminal,
  self: Command,
  work: (vault: Vault) => Promise<ExitCode>,
): Promise<ExitCode> {
  return withConfig(terminal, self, async (config) => {
    const outbound = outboundOf(config);
    if (outbound.kind === 'problems') return complain(terminal, outbound.problems);
    const { vault, ...opened } = openConfiguredSecrets(config, outbound.egress);
    if (opened.kind === 'problems') return complain(terminal, opened.problems);
    return vault ? work(vault) : complain(terminal, ['there is no vault; configure secrets.vault']);
  });
}

async function show(terminal: Terminal, vault: Vault, path: string, { json }: Options): Promise<ExitCode> {
  const got = await vault.list(path);
  if (got.kind !== 'got')
    return complain(terminal, [faultOf(`secret://vault/${path}`, got).fault.message], EXIT.failed);
  if (json === true) printJson(terminal, { names: got.value });
  else for (const name of got.value) terminal.out.write(`${oneLine(name)}\n`);
  return EXIT.done;
}

/** Other fields of the secret stay as they are. */
async function store(terminal: Terminal, vault: Vault, place: string): Promise<ExitCode> {
  const [path = '', field] = place.split('#');
  if (field === undefined || field === '' || path === '')
    return complain(terminal, ['write the place as PATH#FIELD, for instance soc/ticketing#token']);
  const reference = `secret://vault/${place}`;
  const value = acceptSecret(reference, (await readAll(process.stdin)).replace(/\r?\n$/, ''));
  if (value.kind === 'no_secret') return complain(terminal, [value.fault.message]);
  const there = await vault.read(path);
  if (there.kind !== 'got' && there.kind !== 'missing')
    return complain(terminal, [faultOf(reference, there).fault.message], EXIT.failed);
  const fields = there.kind === 'got' ? there.value : {};
  const stored = await vault.store(path, { ...fields, [field]: value.value });
  if (stored.kind !== 'got')
    return complain(terminal, [faultOf(reference, stored).fault.message], EXIT.failed);
  terminal.err.write(`version ${stored.value.version} is stored; bind ${reference} under secrets.bindings\n`);
  return EXIT.done;
}
