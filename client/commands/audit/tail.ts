/** `cordon audit tail`: the newest entries, and those that come. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Command } from 'commander';
import { withSource } from '../../audit/open-source.ts';
import { entriesFrom, lastEntries } from '../../audit/run-entries.ts';
import { ending, examples, withConfig } from '../../command.ts';
import { EXIT, type ExitCode } from '../../exit.ts';
import { timeline } from '../../render/timeline.ts';
import { complain, type Terminal } from '../../terminal.ts';
import type { Config } from '../../../worker/config.ts';
import type { Entry } from '../../../workflows/audit/entry.ts';

interface Options {
  readonly source?: string;
  readonly lines: string;
  readonly follow?: boolean;
  readonly json?: boolean;
}

const MOST = 10_000;
const LOOK_EVERY_MS = 1_000;

export function subcommand(audit: Command): void {
  const command = audit
    .command('tail')
    .description('The newest entries of the record.')
    .option('-n, --lines <number>', 'how many', '20')
    .option('--follow', 'and those that come, until Ctrl-C')
    .option('--source <source>', 'database or export (default: `state` of the configuration)')
    .option('--json', 'one entry on each line, as JSON')
    .action(
      ending(async (terminal, options: Options, self: Command) =>
        options.source === undefined
          ? withConfig(terminal, self, async (config) => tail(terminal, config, options))
          : tail(terminal, options.source, options),
      ),
    );
  examples(command, 'audit tail -n 50', 'audit tail --follow');
}

async function tail(terminal: Terminal, named: string | Config, options: Options): Promise<ExitCode> {
  const count = Number(options.lines);
  if (!Number.isInteger(count) || count < 1 || count > MOST)
    return complain(terminal, [`--lines must be a whole number from 1 to ${MOST}`]);
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  let next: number | null = null;
  for (;;) {
    const ended = await withSource(terminal, named, async (source) => {
      const entries: readonly Entry[] =
        next === null ? await lastEntries(source, count) : await entriesFrom(source, next);
      write(terminal, entries, options.json === true);
      next = (entries.at(-1)?.i ?? (next ?? 0) - 1) + 1;
      return EXIT.done;
    });
    if (options.follow !== true || ended !== EXIT.done) return ended;
    await wait(LOOK_EVERY_MS, null, { signal: stop.signal }).catch(() => null);
    if (stop.signal.aborted) return EXIT.done;
  }
}

function write({ out }: Terminal, entries: readonly Entry[], json: boolean): void {
  if (json) for (const entry of entries) out.write(`${JSON.stringify(entry)}\n`);
  else if (entries.length > 0) out.write(timeline(entries, out));
}
