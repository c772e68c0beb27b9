/**
 * CORDON_* variables. Every value of cordon.yaml has one, named after its path: `connectors.notify.smtp.port`
 * is CORDON_CONNECTORS_NOTIFY_SMTP_PORT. Lists are written with commas between their entries, lists of mappings and
 * mappings whose keys are free as JSON.
 */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { ENV_PREFIX } from '../activities/secrets/env.ts';
import { nearest } from '../workflows/language/suggest.ts';
import { configSchema } from './config-schema.ts';

export type Environment = { readonly [name: string]: string | undefined };

export interface Variable {
  readonly name: string;
  readonly path: readonly string[];
  readonly type: 'string' | 'integer' | 'boolean' | 'array' | 'object';
}

/** Read elsewhere, by the same prefix: which configuration file, whether our errors show their stack, a key's passphrase. */
const OTHERS = ['CORDON_CONFIG', 'CORDON_DEBUG', 'CORDON_KEY_PASSPHRASE'] as const;

const TYPES = ['integer', 'boolean', 'array', 'object'] as const;

/** In the order of the schema. */
export const VARIABLES: readonly Variable[] = variablesOf(z.toJSONSchema(configSchema, { io: 'input' }), []);

type Schema = z.core.JSONSchema.BaseSchema;

function variablesOf(schema: Schema, path: readonly string[]): readonly Variable[] {
  if (schema.properties !== undefined)
    return Object.entries(schema.properties).flatMap(([key, inner]) =>
      typeof inner === 'boolean' ? [] : variablesOf(inner, [...path, key]),
    );
  const type = TYPES.find((known) => known === schema.type) ?? 'string';
  return [{ name: `CORDON_${path.join('_').toUpperCase()}`, path, type }];
}

/**
 * What guards every run stands in the file, where it is reviewed and its changes are seen. A variable that would set it
 * is refused: whoever can set a process's environment must not be able to lift a limit.
 */
const GUARDS = ['policy_digest', 'policy', 'max_targets', 'kill_switch'] as const;

function isGuard(path: readonly string[]): boolean {
  return (GUARDS as readonly (string | undefined)[]).includes(path[0]);
}

/**
 * What a variable may set where the file says nothing, as in a container without one, but must not loosen where the
 * file has fixed it.
 */
const FIXED: readonly string[] = [
  'mode',
  'policies',
  'roster.file',
  'roster.digest',
  'approvals.mass_targets',
  'secrets.bindings',
  'principal.accept',
  'gateway.trusted_keys',
];

interface Applied {
  readonly value: unknown;
  /** Which variable set the value at a path; paths joined with dots. */
  readonly variables: ReadonlyMap<string, string>;
  readonly problems: readonly string[];
}

/** An empty variable counts as not set. The given value is left as it was. */
export function applyVariables(given: unknown, env: Environment): Applied {
  const value: unknown = structuredClone(given);
  const variables = new Map<string, string>();
  const guarded: string[] = [];
  for (const { name, path, type } of VARIABLES) {
    const text = env[name];
    if (text === undefined || text === '') continue;
    if (isGuard(path)) {
      guarded.push(
        `${name}: ${path.join('.')} guards every run and is set in cordon.yaml only; unset the variable`,
      );
      continue;
    }
    const setting = path.join('.');
    const [fixed, wanted] = [at(given, path), read(text, type)];
    if (FIXED.includes(setting) && fixed !== undefined && !isDeepStrictEqual(fixed, wanted))
      guarded.push(`${name} would override ${setting}, which the file sets; change it in the file`);
    else if (set(value, path, wanted)) variables.set(setting, name);
  }
  return { value, variables, problems: [...guarded, ...misspelt(env)] };
}

function at(root: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, step) => (isMapping(inner) ? inner[step] : undefined), root);
}

/** What does not read as its type stays text, and the schema then says what was expected. */
function read(text: string, type: Variable['type']): unknown {
  switch (type) {
    case 'string':
      return text;
    case 'integer':
      return /^\d{1,15}$/.test(text) ? Number(text) : text;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'array':
      return text.trimStart().startsWith('[') ? jsonOr(text) : text.split(',').map((entry) => entry.trim());
    case 'object':
      return jsonOr(text);
    default:
      return type satisfies never;
  }
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** False where the file has something else than a mapping on the way; the schema will object to that. */
function set(root: unknown, path: readonly string[], value: unknown): boolean {
  let at: unknown = root;
  for (const step of path.slice(0, -1)) {
    if (!isMapping(at)) return false;
    at[step] ??= {};
    at = at[step];
  }
  const last = path.at(-1);
  if (!isMapping(at) || last === undefined) return false;
  at[last] = value;
  return true;
}

function isMapping(value: unknown): value is { [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const PREFIX = 'CORDON_';

/**
 * A variable one slip away from ours is refused. Others are let be: Kubernetes sets CORDON_SERVICE_HOST and
 * the like in every container beside a service called cordon.
 */
function misspelt(env: Environment): readonly string[] {
  const known = [...VARIABLES.map(({ name }) => name), ...OTHERS];
  return Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && !name.startsWith(ENV_PREFIX))
    .filter((name) => !known.includes(name))
    .flatMap((name) => {
      const meant = nearest(
        name.slice(PREFIX.length),
        known.map((each) => each.slice(PREFIX.length)),
      );
      return meant === null ? [] : [`${name} is no variable of ours. Did you mean \`${PREFIX}${meant}\`?`];
    });
}
