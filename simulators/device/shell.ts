/** The shell of a simulated device: quoted words, fixed shell texts, notes and the timed revert. No real shell. */
import type { Shape } from '../../activities/connectors/ssh/command.ts';
import { READ_NOTE, WRITE_NOTE } from '../../activities/connectors/ssh/notes.ts';
import { ARM, DISARM, DISARM_ALL } from '../../activities/connectors/ssh/revert.ts';
import { failed, ok, type Machine, type Program, type Result, type Tell } from './machine.ts';

export interface Shell {
  run(line: string, input: string): Result;
  /** Ends timers that still run. */
  close(): void;
}

export function createShell(machine: Machine, tell: Tell): Shell {
  const timers = new Map<string, NodeJS.Timeout>();
  const run = (line: string, input: string): Result => {
    const words = wordsOf(line);
    if (words === null) return failed(2);
    const [program = '', ...args] = words;
    if (program !== 'sh') {
      const found = Object.hasOwn(machine.programs, program) ? machine.programs[program] : undefined;
      return found === undefined ? failed(127) : found(args, input);
    }
    const [, text = '', , ...given] = args;
    return (scripts.get(text) ?? (() => failed(127)))(given, input);
  };
  const scripts = new Map<string, Program>(
    [...common(timers, run, tell), ...(machine.scripts ?? [])].map(([shape, program]) => [
      textOf(shape),
      program,
    ]),
  );
  return {
    run,
    close: () => {
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}

function textOf({ words }: Shape): string {
  return words[2] ?? '';
}

function common(
  timers: Map<string, NodeJS.Timeout>,
  run: (line: string, input: string) => Result,
  tell: Tell,
): readonly (readonly [Shape, Program])[] {
  const notes = new Map<string, string>();
  return [
    [
      WRITE_NOTE,
      ([folder, name], input) => {
        const key = `${folder}/${name}`;
        if (!notes.has(key)) notes.set(key, input);
        return ok();
      },
    ],
    [READ_NOTE, ([folder, name]) => ok(notes.get(`${folder}/${name}`) ?? 'none\n')],
    [
      ARM,
      ([, token = '', seconds], input) => {
        const fire = (): void => {
          timers.delete(token);
          tell('went back by its own timer');
          for (const { line, text } of linesOf(input)) run(line, text);
        };
        timers.set(token, setTimeout(fire, Number(seconds) * 1000));
        return ok();
      },
    ],
    [
      DISARM,
      ([, token = '']) => {
        const armed = timers.get(token);
        clearTimeout(armed);
        return ok(timers.delete(token) ? 'off\n' : 'fired\n');
      },
    ],
    [
      DISARM_ALL,
      ([, call = '']) => {
        for (const [token, timer] of timers) {
          if (!token.startsWith(`${call}.`)) continue;
          clearTimeout(timer);
          timers.delete(token);
        }
        return ok('off\n');
      },
    ],
  ];
}

/** Lines of a revert, each with the text given to it after `<<'CORDON_END'`. */
function linesOf(text: string): readonly { readonly line: string; readonly text: string }[] {
  const found: { line: string; text: string }[] = [];
  const rest = text.split('\n').filter((line) => line !== '');
  for (let at = 0; at < rest.length; at += 1) {
    const [line = '', mark] = (rest[at] ?? '').split(" <<'CORDON_END'");
    if (mark === undefined) {
      found.push({ line, text: '' });
      continue;
    }
    const end = rest.indexOf('CORDON_END', at);
    found.push({ line, text: `${rest.slice(at + 1, end).join('\n')}\n` });
    at = end;
  }
  return found;
}

/** A line's words as a POSIX shell sees them; null for what only a shell could make sense of. */
export function wordsOf(line: string): readonly string[] | null {
  const words: string[] = [];
  const pattern = /\s*((?:[A-Za-z0-9@%+=:,./_-]|'[^']*'|\\')+)/gy;
  let end = 0;
  for (const match of line.matchAll(pattern)) {
    const word = (match[1] ?? '').replace(
      /'([^']*)'|\\(')/g,
      (_all, text?: string, quote?: string) => text ?? quote ?? '',
    );
    words.push(word);
    end = match.index + match[0].length;
  }
  return end === line.trimEnd().length ? words : null;
}
