/** Context for a plan: part of it may be missing, but what is given must fit. */
import { checkContext } from '../../workflows/language/context.ts';
import type { JsonObject } from '../../workflows/language/json.ts';
import type { Plan } from '../../workflows/language/plan.ts';
import { parseContext, type ParsedContext } from './parse-context.ts';

export function partialContext(plan: Pick<Plan, 'context'>, pairs: readonly string[]): ParsedContext {
  const parsed = parseContext(pairs, plan.context);
  if (parsed.kind === 'problems') return parsed;
  const given = parsed.context;
  const missing = Object.entries(plan.context).filter(
    ([name, { required, default: standard }]) =>
      required && standard === undefined && !Object.hasOwn(given, name),
  );
  const declared = Object.fromEntries(
    Object.entries(plan.context).filter(([name]) => !missing.some(([other]) => other === name)),
  );
  return checked({ context: declared }, given);
}

/** All that is required must be there. */
export function fullContext(plan: Pick<Plan, 'context'>, pairs: readonly string[]): ParsedContext {
  const parsed = parseContext(pairs, plan.context);
  return parsed.kind === 'problems' ? parsed : checked(plan, parsed.context);
}

function checked(plan: Pick<Plan, 'context'>, given: JsonObject): ParsedContext {
  const result = checkContext(plan, given);
  if (result.kind === 'context') return result;
  return {
    kind: 'problems',
    problems: result.problems.map(({ message, remedy }) => `--context: ${message}. ${remedy}`),
  };
}
