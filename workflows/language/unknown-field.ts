/** A field nobody knows, and the one its author may have meant. */
import type { Misfit } from './misfit.ts';
import { quoted, type Path } from './problem.ts';
import { fieldsAt } from './schema.ts';
import { didYouMean } from './suggest.ts';
import { listed } from './wording.ts';

/** Words of other systems, for which spelling finds nothing near. */
const ELSEWHERE: { readonly [word: string]: string } = {
  action: 'type',
  condition: 'when',
  depends_on: 'needs',
  if: 'when',
  name: 'id',
  params: 'inputs',
  playbook_id: 'id',
  retries: 'retry',
  steps: 'tasks',
  uses: 'type',
  with: 'inputs',
};

export function unknownField(key: string, parent: Path): Misfit {
  const fields = fieldsAt(parent);
  const other = Object.hasOwn(ELSEWHERE, key) ? ELSEWHERE[key] : undefined;
  const remedy =
    other !== undefined && fields.includes(other)
      ? `Did you mean \`${other}\`?`
      : didYouMean(key, fields, 'fields');
  const message = `${listed(parent)} has no field ${quoted(key)}`;
  return { code: 'unknown_field', message, remedy, path: [...parent, key], isKey: true };
}
