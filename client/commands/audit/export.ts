/** `cordon audit export`: the record in a folder that can be carried away. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { writeOcsf } from '../../../activities/exports/ocsf.ts';
import { writeTiles } from '../../../activities/exports/tiles.ts';
import { writeExport } from '../../../activities/exports/write.ts';
import type { RecordSource } from '../../../activities/verify/source.ts';
import type { Config } from '../../../worker/config.ts';
import { withSource } from '../../audit/open-source.ts';
import { writing } from '../../audit/writing.ts';
import { createProgress } from '../../audit/progress.ts';
import { trustFrom } from '../../audit/trust.ts';
import { ending, examples, withConfig } from '../../command.ts';
import { EXIT, type ExitCode } from '../../exit.ts';
import { complain, printJson, type Terminal } from '../../terminal.ts';

interface Options {
  readonly source?: string;
  readonly policy?: string;
  readonly values?: boolean;
  readonly tiles?: boolean;
  readonly ocsf?: boolean;
  readonly json?: boolean;
}

export function subcommand(audit: Command): void {
  const command = audit
    .command('export')
    .description(
      'Writes the record into a new folder: entries as they are stored, head, checkpoints. It copies what is there and does not judge; `audit verify FOLDER` does.',
    )
    .argument('<folder>', 'new or empty folder')
    .option('--source <source>', 'database or export (default: `state` of the configuration)')
    .option('--policy <file>', 'put this file with the keys to trust in')
    .option('--values', 'also personal values, with their salts: for those who may see them')
    .option('--tiles', 'also as static tiles (C2SP tlog-tiles), in tiles/')
    .option('--ocsf', 'also as OCSF events, in ocsf.jsonl')
    .option('--json', 'print what was written as JSON')
    .action(
      ending(async (terminal, folder: string, options: Options, self: Command) =>
        options.source === undefined
          ? withConfig(terminal, self, async (config) => write(terminal, config, resolve(folder), options))
          : write(terminal, options.source, resolve(folder), options),
      ),
    );
  examples(command, 'audit export record-2026-11/', 'audit export record/ --tiles --ocsf');
}

async function write(
  terminal: Terminal,
  named: string | Config,
  folder: string,
  options: Options,
): Promise<ExitCode> {
  if (existsSync(folder) && readdirSync(folder).length > 0)
    return complain(
      terminal,
      [`folder_not_empty: ${folder} holds files already; name a new folder`],
      EXIT.usage,
    );
  const trust = options.policy === undefined ? null : trustFrom(options.policy);
  if (trust?.kind === 'problem') return complain(terminal, [trust.problem]);
  const existed = existsSync(folder);
  const remove = (): void => {
    for (const name of existed ? readdirSync(folder) : []) rmSync(join(folder, name), { recursive: true });
    if (!existed) rmSync(folder, { recursive: true, force: true });
  };
  return withSource(terminal, named, (source) =>
    writing(terminal, folder, () => writeAll(terminal, source, folder, options), remove),
  );
}

async function writeAll(
  terminal: Terminal,
  source: RecordSource,
  folder: string,
  options: Options,
): Promise<ExitCode> {
  const head = await source.head();
  const progress = createProgress(terminal.err, 'writing', head?.size ?? null);
  const written = await writeExport(source, folder, {
    policy: options.policy === undefined ? null : readFileSync(options.policy, 'utf8'),
    withValues: options.values === true,
    onProgress: progress.at,
  });
  progress.end();
  const extra = await writeExtras(source, folder, options);
  const files = [...written.files, ...extra.files];
  if (options.json === true)
    printJson(terminal, { folder, entries: written.entries, files, notes: extra.notes });
  else {
    const { out } = terminal;
    out.write(`${out.colours.green('✓')} ${written.entries} entries in ${folder}\n`);
    out.write(files.map((file) => `  ${file}\n`).join(''));
    out.write(extra.notes.map((note) => `  ${note}\n`).join(''));
  }
  return EXIT.done;
}

async function writeExtras(
  source: RecordSource,
  folder: string,
  options: Options,
): Promise<{ readonly files: readonly string[]; readonly notes: readonly string[] }> {
  const files: string[] = [];
  const notes: string[] = [];
  if (options.tiles === true) {
    const tiles = await writeTiles(source, join(folder, 'tiles'));
    if (tiles === null) notes.push('no tiles: no checkpoint was signed yet');
    else files.push(`tiles/ (${tiles.files} files, ${tiles.entries} entries)`);
  }
  if (options.ocsf === true) {
    await writeOcsf(source, join(folder, 'ocsf.jsonl'));
    files.push('ocsf.jsonl');
  }
  return { files, notes };
}
