/** `cordon audit prove`: one entry with the proof that it stands in the log. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { proveEntry, type EntryName } from '../../../activities/exports/prove.ts';
import type { Config } from '../../../worker/config.ts';
import { withSource } from '../../audit/open-source.ts';
import { writing } from '../../audit/writing.ts';
import { ending, examples, withConfig } from '../../command.ts';
import { EXIT, type ExitCode } from '../../exit.ts';
import { complain, printJson, type Terminal } from '../../terminal.ts';

type Proved = Extract<Awaited<ReturnType<typeof proveEntry>>, { readonly kind: 'proved' }>;

interface Options {
  readonly source?: string;
  readonly out?: string;
  readonly json?: boolean;
}

export function subcommand(audit: Command): void {
  const command = audit
    .command('prove')
    .description(
      "Writes one entry, and a small proof (C2SP tlog-proof) that it stands in the log under a signed checkpoint. Whoever has the log's key checks both without this system.",
    )
    .argument('<entry>', 'its number in the log, or its event id')
    .option('--source <source>', 'database or export (default: `state` of the configuration)')
    .option('--out <name>', 'name of the two files, without ending (default: entry-<number>)')
    .option('--json', 'print what was written as JSON')
    .action(
      ending(async (terminal, entry: string, options: Options, self: Command) => {
        const name = nameOf(entry);
        if (name === null)
          return complain(terminal, [
            `entry_unknown: ${entry.slice(0, 80)} is neither a number nor an event id of 32 hexadecimal digits`,
          ]);
        return options.source === undefined
          ? withConfig(terminal, self, async (config) => prove(terminal, config, name, options))
          : prove(terminal, options.source, name, options);
      }),
    );
  examples(command, 'audit prove 154', 'audit prove 154 --source export/ --out decision');
}

function nameOf(entry: string): EntryName | null {
  if (/^(0|[1-9]\d{0,14})$/.test(entry)) return { kind: 'index', index: Number(entry) };
  return /^[0-9a-f]{32}$/.test(entry) ? { kind: 'id', id: entry } : null;
}

async function prove(
  terminal: Terminal,
  named: string | Config,
  entry: EntryName,
  options: Options,
): Promise<ExitCode> {
  return withSource(terminal, named, async (source) => {
    const proved = await proveEntry(source, entry);
    switch (proved.kind) {
      case 'absent':
        return complain(
          terminal,
          [`entry_unknown: the log holds ${proved.entries} entries, and not this one`],
          EXIT.failed,
        );
      case 'unsigned':
        return complain(
          terminal,
          [
            `entry_unsigned: the newest checkpoint covers ${proved.signed} entries, and not entry ${proved.index}; a running worker signs within a second`,
          ],
          EXIT.notDone,
        );
      case 'proved': {
        const base = resolve(options.out ?? `entry-${proved.index}`);
        return writing(terminal, base, async () => write(terminal, base, proved, options));
      }
      default:
        return proved satisfies never;
    }
  });
}

function write(
  terminal: Terminal,
  base: string,
  { index, size, entry, proof }: Proved,
  options: Options,
): ExitCode {
  const files = { proof: `${base}.tlog-proof`, entry: `${base}.json` };
  writeFileSync(files.entry, entry);
  writeFileSync(files.proof, proof);
  if (options.json === true) printJson(terminal, { index, size, ...files });
  else {
    const { out } = terminal;
    out.write(`${out.colours.green('✓')} entry ${index}, proved in a tree of ${size}\n`);
    out.write(`  ${files.proof} (${Buffer.byteLength(proof)} bytes)\n  ${files.entry}\n`);
    out.write(`  check it anywhere: cordon audit check-proof ${files.proof} --policy FILE\n`);
  }
  return EXIT.done;
}
