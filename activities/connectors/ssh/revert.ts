/**
 * The timer on the device that puts things back unless we come again and stop it. A change that cuts us off
 * therefore lasts no longer than the timer. Whoever renames the token first wins: the timer or we.
 */
import { command, script, type Command } from './command.ts';
import { got, unknown, type Got } from './failure.ts';
import { outputOf, type Session, type Trail } from './session.ts';
import { nameOf, stateFolderOf } from './target.ts';

// They prepare and call off; what the timer itself does is what the change is answerable for.
export const ARM = script(
  'arm the timed revert',
  'umask 077; mkdir -p "$1/pending" || exit 1; t="$1/pending/$2"; cat > "$t.sh" || exit 1; : > "$t.armed" || exit 1; ' +
    '( trap "" HUP; sleep "$3"; mv "$t.armed" "$t.fired" 2>/dev/null && sh "$t.sh" ) </dev/null >/dev/null 2>&1 &',
  false,
);
export const DISARM = script(
  'call off the timed revert',
  't="$1/pending/$2"; mv "$t.armed" "$t.off" 2>/dev/null || { echo fired; exit 0; }; rm -f "$t.sh" "$t.off"; echo off',
  false,
);
export const DISARM_ALL = script(
  'call off earlier reverts',
  'for t in "$1/pending/$2".*.armed; do [ -e "$t" ] && mv "$t" "${t%.armed}.off" 2>/dev/null; done; echo off',
  false,
);

/** `back` are the very commands that lead back, each quoted already. Nothing is changed when this fails. */
export async function arm(
  session: Session,
  trail: Trail,
  token: string,
  seconds: number,
  back: readonly Command[],
): Promise<Got<null>> {
  const made = command(
    ARM,
    [stateFolderOf(session.target), token, String(seconds)],
    back.map(({ line, input }) => (input === undefined ? line : heredoc(line, input))).join('\n') + '\n',
  );
  if (made.kind !== 'got') return made;
  const armed = await outputOf(session, trail, made.value);
  return armed.kind === 'got' ? got(null) : armed;
}

/** A quoted end mark keeps the shell from reading anything into the text. */
function heredoc(line: string, input: string): string {
  return `${line} <<'CORDON_END'\n${input.replace(/\n?$/, '\n')}CORDON_END`;
}

/** `unknown` where the timer was faster. */
export async function disarm(session: Session, trail: Trail, token: string): Promise<Got<null>> {
  const made = command(DISARM, [stateFolderOf(session.target), token]);
  if (made.kind !== 'got') return made;
  const said = await outputOf(session, trail, made.value);
  if (said.kind !== 'got') return said;
  return said.value.trim() === 'off'
    ? got(null)
    : unknown('device_reverted', `${nameOf(session.target)} had gone back by itself before we confirmed`);
}

/** What earlier attempts of the call left armed must not strike while this one works. */
export async function disarmAll(session: Session, trail: Trail, call: string): Promise<Got<null>> {
  const made = command(DISARM_ALL, [stateFolderOf(session.target), call]);
  if (made.kind !== 'got') return made;
  const said = await outputOf(session, trail, made.value);
  return said.kind === 'got' ? got(null) : said;
}
