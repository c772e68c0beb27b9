/** Inputs as far as they can be known before a run: what needs the output of a task stays as it was written. */
import { isObject, type Json } from '../../workflows/language/json.ts';
import type { Template } from '../../workflows/language/plan.ts';
import type { Scope } from '../../workflows/language/expression.ts';
import { resolveTemplate } from '../../workflows/language/template.ts';

export interface Preview {
  readonly value: Json;
  /** Nothing of it is left as written. */
  readonly known: boolean;
}

export function preview(template: Template, scope: Scope): Preview {
  switch (template.kind) {
    case 'literal':
      return { value: template.value, known: true };
    case 'expression':
    case 'text': {
      const resolved = resolveTemplate(template, scope);
      return resolved.kind === 'value'
        ? { value: resolved.value, known: true }
        : { value: written(template), known: false };
    }
    case 'list': {
      const items = template.items.map((item) => preview(item, scope));
      return { value: items.map(({ value }) => value), known: items.every(({ known }) => known) };
    }
    case 'object': {
      const fields = template.fields.map(([name, field]) => [name, preview(field, scope)] as const);
      return {
        value: Object.fromEntries(fields.map(([name, { value }]) => [name, value])),
        known: fields.every(([, { known }]) => known),
      };
    }
    default:
      return template satisfies never;
  }
}

/** Top-level fields of an object template that are known in full. */
export function knownFields(template: Template, scope: Scope): { readonly [name: string]: Json } {
  if (template.kind !== 'object') {
    const { value, known } = preview(template, scope);
    return known && isObject(value) ? value : {};
  }
  const fields = template.fields.map(([name, field]) => [name, preview(field, scope)] as const);
  return Object.fromEntries(
    fields.filter(([, field]) => field.known).map(([name, field]) => [name, field.value]),
  );
}

function written(template: Extract<Template, { readonly kind: 'expression' | 'text' }>): string {
  const parts = template.kind === 'expression' ? [{ cel: template.cel }] : template.parts;
  return parts.map((part) => (typeof part === 'string' ? part : `{{ ${part.cel.trim()} }}`)).join('');
}
