/** OpenWrt's configuration by `uci`: what is set, and the batch that sets it otherwise. */
import type { Json } from '../../../workflows/language/json.ts';
import { command, commands, script, type Command, type Shape } from '../ssh/command.ts';
import { got, type Got } from '../ssh/failure.ts';
import { outputOf, type Session, type Trail } from '../ssh/session.ts';

// A package that is not installed has no settings; that is something else than settings that cannot be read.
export const SHOW = script('read settings', '[ -e "/etc/config/$1" ] || exit 0; uci -q show "$1"', false);
const change = (verb: string): Shape => ({ name: `${verb} a setting`, words: [verb, null], changes: true });
const SET = change('set');
const ADD = change('add_list');
const DELETE = change('delete');
const COMMIT = change('commit');
const BATCH: Shape = { name: 'change settings', words: ['uci', '-q', 'batch'], changes: true };
const service = (verb: string): Shape => ({ name: `${verb} a service`, words: [null, verb], changes: true });

/** Options that OpenWrt keeps as lists even where they have one value. */
const LISTS = new Set(['uhttpd.main.listen_http', 'uhttpd.main.listen_https']);

/** Full name to values; sections stand under their own name with their type. A package that is missing has none. */
export type Settings = ReadonlyMap<string, readonly string[]>;

export async function readPackage(session: Session, trail: Trail, name: string): Promise<Got<Settings>> {
  const made = command(SHOW, [name]);
  if (made.kind !== 'got') return made;
  const shown = await outputOf(session, trail, made.value);
  return shown.kind === 'got' ? got(new Map(shown.value.split('\n').flatMap(settingIn))) : shown;
}

/** `uhttpd.main.listen_http='0.0.0.0:80' '[::]:80'` */
function settingIn(line: string): readonly (readonly [string, readonly string[]])[] {
  const at = line.indexOf('=');
  if (at < 1) return [];
  const text = line.slice(at + 1);
  const quoted = [...text.matchAll(/'((?:[^']|'\\'')*)'/g)].map(([, value = '']) =>
    value.replaceAll(`'\\''`, "'"),
  );
  return [[line.slice(0, at), quoted.length > 0 ? quoted : [text]]];
}

/** A line of a batch. */
export type Change = Got<Command>;

/** Null removes the option. */
export function setOption(name: string, values: Json): readonly Change[] {
  if (!Array.isArray(values)) return [command(DELETE, [name])];
  if (!LISTS.has(name)) return values.map((value) => command(SET, [`${name}=${String(value)}`]));
  const added = values.map((value) => command(ADD, [`${name}=${String(value)}`]));
  return [command(DELETE, [name]), ...added];
}

export function setSection(name: string, type: string): Change {
  return command(SET, [`${name}=${type}`]);
}

export function removeSection(name: string): Change {
  return command(DELETE, [name]);
}

/**
 * All changes and their commit as one command: whenever we are cut off, the device has heard of all of them or of
 * none. That it ends with 0 says nothing of the single lines; reading back does.
 */
export function batch(changes: readonly Change[], packages: readonly string[]): readonly Got<Command>[] {
  const made = commands([...changes, ...packages.map((one) => command(COMMIT, [one]))]);
  if (made.kind !== 'got') return [made];
  return changes.length === 0 ? [] : [command(BATCH, [], made.value.map(({ line }) => `${line}\n`).join(''))];
}

export function init(
  name: string,
  verb: 'enable' | 'disable' | 'start' | 'stop' | 'reload' | 'restart',
): Got<Command> {
  return command(service(verb), [`/etc/init.d/${name}`]);
}

/** `uci export` as flat names, anonymous sections numbered within their type. */
export function flatten(exported: string): readonly string[] {
  const settings: string[] = [];
  let packageName = '';
  let section = '';
  const counts = new Map<string, number>();
  for (const line of exported.split('\n')) {
    const [, word = '', first = '', , second] =
      /^\s*(package|config|option|list) (\S+)( '(.*)')?\s*$/.exec(line) ?? [];
    if (word === 'package') {
      packageName = first;
      counts.clear();
    } else if (word === 'config') {
      const number = counts.get(first) ?? 0;
      counts.set(first, number + 1);
      section = `${packageName}.${second ?? `@${first}[${number}]`}`;
      settings.push(`${section} is a ${first}`);
    } else if (word !== '') settings.push(`${section}.${first} is ${second ?? ''}`);
  }
  return settings;
}
