/** A list of access rules, each in its one spelling, no rule twice. */
import { got, type Got } from '../ssh/failure.ts';
import { parseRule, writeRule } from './rule.ts';

export function parseRules(texts: readonly string[]): Got<readonly string[]> {
  const rules = new Set<string>();
  for (const text of texts) {
    const rule = parseRule(text);
    if (rule.kind !== 'got') return rule;
    rules.add(writeRule(rule.value));
  }
  return got([...rules]);
}
