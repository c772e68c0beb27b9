/** `--context name=value`: text from a command line to values of the declared types. */
import { isObject, type Json, type JsonObject } from '../../workflows/language/json.ts';
import type { ContextVariable } from '../../workflows/language/playbook.ts';
import { didYouMean } from '../../workflows/language/suggest.ts';

export type ParsedContext =
  | { readonly kind: 'context'; readonly context: JsonObject }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

type Declared = { readonly [name: string]: ContextVariable };
type Value =
  { readonly kind: 'value'; readonly value: Json } | { readonly kind: 'wrong'; readonly wanted: string };

/**
 * Pairs as given, e.g. `target_email=jo@example.org` or `acl_rules=["deny tcp any"]`. Only the form is checked
 * here; whether all required values are there and fit is the language's to say.
 */
export function parseContext(pairs: readonly string[], declared: Declared): ParsedContext {
  const context: { [name: string]: Json } = Object.create(null) as { [name: string]: Json };
  const problems: string[] = [];
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    const name = at < 0 ? pair : pair.slice(0, at);
    const variable = Object.hasOwn(declared, name) ? declared[name] : undefined;
    if (at < 1) problems.push(`--context ${name}: write name=value`);
    else if (variable === undefined)
      problems.push(
        `--context ${name}: the playbook declares no such value. ${didYouMean(name, Object.keys(declared), 'values')}`,
      );
    else if (Object.hasOwn(context, name)) problems.push(`--context ${name} is given twice; give it once`);
    else {
      const read = readValue(pair.slice(at + 1), variable.type);
      if (read.kind === 'value') context[name] = read.value;
      else problems.push(`--context ${name}: write ${read.wanted}`);
    }
  }
  return problems.length > 0 ? { kind: 'problems', problems } : { kind: 'context', context: { ...context } };
}

function readValue(text: string, type: ContextVariable['type']): Value {
  switch (type) {
    case 'string':
    case 'email':
      return { kind: 'value', value: text };
    case 'integer':
      return json(text, Number.isSafeInteger, 'a whole number');
    case 'number':
      return json(text, (value) => typeof value === 'number' && Number.isFinite(value), 'a number');
    case 'boolean':
      return json(text, (value) => typeof value === 'boolean', 'true or false');
    case 'list':
      return json(text, Array.isArray, 'a list as JSON, such as \'["a", "b"]\'');
    case 'object':
      return json(text, isObject, 'a mapping as JSON, such as \'{"a": 1}\'');
    default:
      return type satisfies never;
  }
}

function json(text: string, fits: (value: unknown) => boolean, wanted: string): Value {
  try {
    const value = JSON.parse(text) as Json;
    return fits(value) ? { kind: 'value', value } : { kind: 'wrong', wanted };
  } catch {
    return { kind: 'wrong', wanted };
  }
}
