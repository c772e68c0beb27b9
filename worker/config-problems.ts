/** What is wrong with a configuration: where it stands, and what is expected there. Values are never quoted. */
import type { z } from 'zod';
import { quoted } from '../workflows/language/problem.ts';
import { didYouMean } from '../workflows/language/suggest.ts';
import type { ConfigPath, Place } from './config-file.ts';
import { CONNECTORS } from './config-queues.ts';
import { VARIABLES } from './config-variables.ts';

export interface Origin {
  readonly file: string;
  readonly locate: (path: ConfigPath) => Place | null;
  readonly variables: ReadonlyMap<string, string>;
  /** The configuration as it was checked. */
  readonly value: unknown;
}

export function configProblems(error: z.ZodError, origin: Origin): readonly string[] {
  return error.issues.flatMap((issue) => {
    switch (issue.code) {
      case 'unrecognized_keys':
        return issue.keys.map((key) => unknownKey(issue.path, key, origin));
      default:
        return [sentence(issue, origin)];
    }
  });
}

function sentence({ path, message }: z.core.$ZodIssue, origin: Origin): string {
  const missing = valueAt(origin.value, path) === undefined;
  return `${whereIs(path, origin)} ${missing ? `is missing: it ${message}` : message}`;
}

function valueAt(value: unknown, path: ConfigPath): unknown {
  return path.reduce<unknown>(
    (at, step) => (typeof at === 'object' && at !== null ? Reflect.get(at, step) : undefined),
    value,
  );
}

function unknownKey(parent: ConfigPath, key: string, origin: Origin): string {
  const siblings =
    namesAt(parent) ??
    VARIABLES.filter(({ path }) => parent.every((step, at) => path[at] === step)).map(
      ({ path }) => path[parent.length] ?? '',
    );
  const known = [...new Set(siblings)];
  const place = placed([...parent, key], origin);
  const name = [...parent.map(String), oneWord(key)].join('.');
  return `${place}${name}: there is no such setting. ${didYouMean(key, known, 'settings')}`;
}

/** Where the keys are names of something else. */
function namesAt(parent: ConfigPath): readonly string[] | null {
  return parent.length === 1 && parent[0] === 'queues' ? CONNECTORS : null;
}

/** As it stands when it is harmless, quoted otherwise. */
function oneWord(key: string): string {
  return /^[\w-]{1,60}$/.test(key) ? key : quoted(key);
}

function whereIs(path: ConfigPath, origin: Origin): string {
  const variable =
    origin.variables.get(path.map(String).join('.')) ??
    origin.variables.get(path.slice(0, -1).map(String).join('.'));
  if (variable !== undefined) return variable;
  const name = path.map((step) => (typeof step === 'number' ? String(step + 1) : String(step))).join('.');
  return `${placed(path, origin)}${name === '' ? 'the file' : name}`;
}

function placed(path: ConfigPath, { file, locate }: Origin): string {
  const place = locate(path);
  return place === null ? `${file}: ` : `${file}:${place.line}:${place.column} `;
}
