/**
 * Commands as they may be sent: a fixed program and fixed words from a connector's own catalogue, and arguments
 * that pass an allow-list. SSH hands one line to the device's shell, so every word is quoted, and what could mean
 * something to a shell or a device's command line even within quotes is refused before anything is sent.
 */
import { got, refused, type Got } from './failure.ts';

export interface Command {
  /** What faults call it; never holds an argument. */
  readonly name: string;
  /** The line the device's shell gets. */
  readonly line: string;
  /** Does it change anything on the device? */
  readonly changes: boolean;
  /** Given to the command's standard input, which is closed after it. Secrets travel here and in no argument. */
  readonly input?: string;
  /** Most bytes of output; more is a fault. Default 1 MiB. */
  readonly mostBytes?: number;
  /** Longest time without an end, milliseconds. Default 20 s. */
  readonly longestMs?: number;
}

export interface Shape {
  readonly name: string;
  /** Fixed words; `null` is a place for an argument, and one at the end takes all that are left. */
  readonly words: readonly (string | null)[];
  readonly changes: boolean;
  readonly mostBytes?: number;
  readonly longestMs?: number;
}

/** Printable ASCII without quotes, backslash, and all that starts, joins, redirects, expands or asks for help. */
const ARGUMENT = /^(?!-)[A-Za-z0-9 @%+=:,./_{}()#*^~[\]-]*$/;
const LONGEST_ARGUMENT = 4096;

/** Refused: an argument outside the allow-list, or a number of them that the shape has no places for. */
export function command(shape: Shape, args: readonly string[] = [], input?: string): Got<Command> {
  const bad = args.findIndex((one) => one.length > LONGEST_ARGUMENT || !ARGUMENT.test(one));
  if (bad !== -1)
    return refused(
      'ssh_argument',
      `argument ${bad + 1} of ${shape.name} begins with - or holds a character that no device is sent; ` +
        'only letters, digits, spaces and @%+=:,./_{}()#*^~[]- are',
    );
  const words = fill(shape, args);
  if (words === null)
    return refused('ssh_argument', `${shape.name} was given ${args.length} arguments, which do not fit`);
  const { name, changes, mostBytes, longestMs } = shape;
  return got({
    name,
    line: words.map(quote).join(' '),
    changes,
    ...(input === undefined ? {} : { input }),
    ...(mostBytes === undefined ? {} : { mostBytes }),
    ...(longestMs === undefined ? {} : { longestMs }),
  });
}

/** All of them, or the first refusal: nothing is sent when one cannot be. */
export function commands(made: readonly Got<Command>[]): Got<readonly Command[]> {
  const all: Command[] = [];
  for (const one of made) {
    if (one.kind !== 'got') return one;
    all.push(one.value);
  }
  return got(all);
}

/** A shape that runs a fixed shell text; arguments reach it as `$1`, `$2`, … and are never read as shell. */
export function script(name: string, text: string, changes: boolean, limits: Partial<Shape> = {}): Shape {
  return { name, words: ['sh', '-c', text, 'cordon', null], changes, ...limits };
}

function fill({ words }: Shape, args: readonly string[]): readonly string[] | null {
  const left = [...args];
  const filled: string[] = [];
  for (const [at, word] of words.entries()) {
    if (word !== null) filled.push(word);
    else if (at === words.length - 1) filled.push(...left.splice(0));
    else {
      const next = left.shift();
      if (next === undefined) return null;
      filled.push(next);
    }
  }
  return left.length === 0 ? filled : null;
}

/** POSIX quoting. Only fixed words can hold a quote; they are quoted as correctly. */
export function quote(word: string): string {
  return /^[A-Za-z0-9@%+=:,./_-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
