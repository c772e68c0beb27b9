/** What each connector can do, how safely, and what it needs for that. */
import type { Command } from 'commander';
import type { Config } from '../../worker/config.ts';
import { ending, examples, withConfig } from '../command.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { connectorList, type ActionLine, type ConnectorLine } from '../planning/connector-list.ts';
import { table } from '../render/table.ts';
import { printJson, type Terminal } from '../terminal.ts';

interface Options {
  readonly json?: boolean;
}

export function command(program: Command): void {
  const connectors = program
    .command('connectors')
    .description(
      'Every connector with its actions. UNDO: none, nothing is changed; A, undone exactly; B, with loss; C, not at all. REPEAT says what makes a second call harmless.',
    )
    .option('--json', 'print the connectors as JSON')
    .action(
      ending(async (terminal, options: Options, self: Command) =>
        withConfig(terminal, self, (config) => show(terminal, config, options)),
      ),
    );
  examples(connectors, 'connectors', 'connectors --json');
}

async function show(terminal: Terminal, config: Config, options: Options): Promise<ExitCode> {
  const list = connectorList(config);
  if (options.json === true) printJson(terminal, { connectors: list });
  else for (const connector of list) terminal.out.write(render(connector, terminal));
  return EXIT.done;
}

function render(
  { connector, configured, per_second: perSecond, actions }: ConnectorLine,
  { out }: Terminal,
): string {
  const { colours } = out;
  const state = configured ? colours.green('configured') : colours.dim('not configured');
  const rate =
    perSecond === null ? '' : colours.dim(`  at most ${perSecond} calls a second on a queue of its own`);
  const columns = [
    { title: 'ACTION', most: 28 },
    { title: 'UNDO', most: 4 },
    { title: 'REPEAT', most: 7 },
    { title: 'LIMIT', most: 6 },
    { title: 'SCOPES', rest: true },
  ] as const;
  const below = commonRoot(actions);
  const rows = actions.map((action) => [
    action.task_type,
    action.reversibility,
    action.repeat,
    `${action.timeout_seconds} s`,
    scopesOf(action, below),
  ]);
  const said = below === '' ? '' : colours.dim(`scopes stand below ${below}\n`);
  return `${colours.bold(connector)}  ${state}${rate}\n${said}${table(columns, rows, out)}\n`;
}

/** Google's scopes are addresses of which only the end differs; said once, the rest can be read. Empty: there is none. */
function commonRoot(actions: readonly ActionLine[]): string {
  const [first = '', ...others] = actions.flatMap(({ scopes }) => scopes);
  const root = /^https:\/\/.*\//.exec(first)?.[0] ?? '';
  return others.length > 0 && others.every((scope) => scope.startsWith(root)) ? root : '';
}

function scopesOf({ scopes }: ActionLine, below: string): string {
  return scopes.length === 0 ? '–' : scopes.map((scope) => scope.slice(below.length)).join(', ');
}
