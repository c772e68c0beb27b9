/**
 * Notes that a call leaves on the device before it changes anything: how things stood. They survive our own
 * crash, so that a repeat knows what the first attempt had found and undo can be exact.
 */
import { isObject, type JsonObject } from '../../../workflows/language/json.ts';
import { command, script } from './command.ts';
import { got, unavailable, type Got } from './failure.ts';
import { outputOf, type Session, type Trail } from './session.ts';
import { stateFolderOf } from './target.ts';

// They write into a folder of our own and change nothing that the device does, so they count as reads.
export const WRITE_NOTE = script(
  'keep a note',
  'umask 077; mkdir -p "$1/notes" || exit 1; [ -e "$1/notes/$2" ] && exit 0; ' +
    'cat > "$1/notes/$2.new" && mv "$1/notes/$2.new" "$1/notes/$2"',
  false,
);
export const READ_NOTE = script(
  'read a note',
  'if [ -e "$1/notes/$2" ]; then cat "$1/notes/$2"; else echo none; fi',
  false,
);

/** The first note under a name stays; a later one is dropped. */
export async function writeNote(
  session: Session,
  trail: Trail,
  name: string,
  note: JsonObject,
): Promise<Got<null>> {
  const made = command(WRITE_NOTE, [stateFolderOf(session.target), name], JSON.stringify(note));
  if (made.kind !== 'got') return made;
  const written = await outputOf(session, trail, made.value);
  return written.kind === 'got' ? got(null) : written;
}

/** Null: there is none. */
export async function readNote(
  session: Session,
  trail: Trail,
  name: string,
): Promise<Got<JsonObject | null>> {
  const made = command(READ_NOTE, [stateFolderOf(session.target), name]);
  if (made.kind !== 'got') return made;
  const text = await outputOf(session, trail, made.value);
  if (text.kind !== 'got') return text;
  if (text.value.trim() === 'none') return got(null);
  const note = parse(text.value);
  return isObject(note)
    ? got(note)
    : unavailable('device_note', `the note that an earlier attempt left on the device cannot be read`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
