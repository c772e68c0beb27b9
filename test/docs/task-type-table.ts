/** The tables of task types in docs/playbooks.md, made from the catalogue and the shipped connectors. */
import { accountTaskTypes } from '../../activities/catalogue/account.ts';
import { deviceTaskTypes } from '../../activities/catalogue/device.ts';
import { edrTaskTypes } from '../../activities/catalogue/edr.ts';
import { emailTaskTypes } from '../../activities/catalogue/email.ts';
import { httpTaskTypes } from '../../activities/catalogue/http.ts';
import { routerTaskTypes } from '../../activities/catalogue/router.ts';
import { installed } from '../../client/planning/installed.ts';
import type { TaskType } from '../../workflows/language/catalogue.ts';
import { isObject, type JsonObject } from '../../workflows/language/json.ts';
import { NO_CONNECTORS } from '../connectors/nothing-configured.ts';

const GROUPS = [
  ['Mailboxes', emailTaskTypes],
  ['Accounts, one switch at a time', accountTaskTypes],
  ['Devices', deviceTaskTypes],
  ['Routers', routerTaskTypes],
  ['Endpoints under Defender', edrTaskTypes],
  ['Everything else', httpTaskTypes],
] as const;

export const NOTHING_CONFIGURED = { connectors: NO_CONNECTORS };

/** Markdown. Throws when a type stands in no group or a group names a type that is not in the catalogue. */
export function taskTypeTables(): string {
  const { catalogue } = installed(NOTHING_CONFIGURED);
  const names = GROUPS.flatMap(([, types]) => types.map(({ name }) => name));
  const missing = [...catalogue.keys()].filter((name) => !names.includes(name));
  if (missing.length > 0) throw new Error(`no group of the tables holds ${missing.join(', ')}`);
  return GROUPS.map(([title, types]) => {
    const rows = types.map(({ name }) => row(typeOf(catalogue.get(name), name)));
    const head =
      '| task type | takes | returns | connectors | undo | repeat |\n| --- | --- | --- | --- | --- | --- |';
    return `### ${title}\n\n${head}\n${rows.join('\n')}\n`;
  }).join('\n');
}

function typeOf(type: TaskType | undefined, name: string): TaskType {
  if (type === undefined) throw new Error(`the catalogue has no ${name}`);
  return type;
}

function row({ name, summary, input, output, performers }: TaskType): string {
  const each = (pick: (performer: TaskType['performers'][number]) => string): string =>
    [...new Set(performers.map(pick))].join(', ') || '–';
  const connectors = performers.map(({ connector }) => connector).join(', ') || 'none yet';
  const undo = each(({ reversibility }) => reversibility);
  const cells = [
    `\`${name}\`<br>${summary}`,
    fieldsOf(input),
    fieldsOf(output),
    connectors,
    undo,
    each(({ repeat }) => repeat),
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function fieldsOf(schema: JsonObject): string {
  const required = Array.isArray(schema['required']) ? (schema['required'] as readonly unknown[]) : [];
  return propertiesOf(schema)
    .map(([name, field]) => `\`${name}${required.includes(name) ? '' : '?'}\` ${wordFor(field)}`)
    .join('<br>');
}

function propertiesOf(schema: JsonObject): readonly (readonly [string, JsonObject])[] {
  const properties = schema['properties'];
  if (!isObject(properties)) return [];
  return Object.entries(properties).flatMap(([name, field]) =>
    isObject(field) ? [[name, field] as const] : [],
  );
}

/** A JSON Schema in an author's words; throws for one that has none, so that no table is quietly wrong. */
function wordFor(schema: JsonObject): string {
  const { anyOf, enum: allowed, type, items } = schema;
  if (Array.isArray(type)) return type.map((one) => wordFor({ type: one })).join(' or ');
  if (Array.isArray(anyOf)) return anyOf.map((branch) => wordFor(branch as JsonObject)).join(' or ');
  if (Array.isArray(allowed)) return allowed.map((value) => `\`${String(value)}\``).join(' or ');
  switch (type) {
    case 'string':
      return 'text';
    case 'integer':
      return 'whole number';
    case 'number':
      return 'number';
    case 'boolean':
      return 'true or false';
    case 'null':
      return 'null';
    case 'array':
      return `list of ${isObject(items) ? inList(items) : 'anything'}`;
    case 'object':
      return `{${propertiesOf(schema)
        .map(([name]) => name)
        .join(', ')}}`;
    case undefined:
      // A schema that says nothing lets everything pass.
      if (Object.keys(schema).every((key) => key === 'description')) return 'anything';
      throw new Error(`no word for the schema ${JSON.stringify(schema)}`);
    default:
      throw new Error(`no word for the schema ${JSON.stringify(schema)}`);
  }
}

function inList(items: JsonObject): string {
  const word = wordFor(items);
  return word === 'whole number' ? 'whole numbers' : word;
}
