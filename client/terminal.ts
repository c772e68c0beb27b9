/** Where a command speaks: data goes to `out`, everything said to a person on the way to `err`. */
import pc from 'picocolors';
import { EXIT, type ExitCode } from './exit.ts';

export type Colours = ReturnType<typeof pc.createColors>;

export interface Stream {
  write(text: string): void;
  /** Columns that a line may take. */
  readonly width: number;
  /** Lines that are visible at once. Null where nobody watches. */
  readonly rows: number | null;
  readonly colours: Colours;
}

export interface Terminal {
  readonly out: Stream;
  readonly err: Stream;
}

const DEFAULT_WIDTH = 80;
const DEFAULT_ROWS = 24;
const NARROWEST = 60;
const WIDEST = 140;

interface Target {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

/** NO_COLOR and FORCE_COLOR as no-color.org and most tools have it; without a terminal there is neither colour nor redrawing. */
export function streamOver(target: Target, env: { readonly [name: string]: string | undefined }): Stream {
  const tty = target.isTTY === true && env['TERM'] !== 'dumb';
  const forced = Boolean(env['FORCE_COLOR']) && env['FORCE_COLOR'] !== '0';
  const coloured = !env['NO_COLOR'] && (forced || tty);
  // Zero where a terminal does not know its own size.
  const columns = target.columns || DEFAULT_WIDTH;
  return {
    write: (text) => void target.write(text),
    width: tty ? Math.min(Math.max(columns, NARROWEST), WIDEST) : DEFAULT_WIDTH,
    rows: tty ? target.rows || DEFAULT_ROWS : null,
    colours: pc.createColors(coloured),
  };
}

export function ownTerminal(): Terminal {
  return { out: streamOver(process.stdout, process.env), err: streamOver(process.stderr, process.env) };
}

/** One JSON value on stdout, indented, its last line ended. */
export function printJson(terminal: Terminal, value: unknown): void {
  terminal.out.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** What is wrong, one line each, and the exit code that says so. */
export function complain(
  terminal: Terminal,
  problems: readonly string[],
  exit: ExitCode = EXIT.usage,
): ExitCode {
  for (const problem of problems) terminal.err.write(`${terminal.err.colours.red('✗')} ${problem}\n`);
  return exit;
}
