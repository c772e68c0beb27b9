/** Inbox rules made again from the evidence that was kept before they were removed. Each gets a new id. */
import type { MessageRule } from '@microsoft/microsoft-graph-types';
import { z } from 'zod';
import { canonical } from '../../../workflows/audit/canonical.ts';
import { isObject, type Json, type JsonObject } from '../../../workflows/language/json.ts';
import type { Answer, CallContext, Undo, Undone } from '../connector.ts';
import { savedItems } from '../saved-items.ts';
import { cannotUndo, NOTHING, notConfirmed } from '../setting.ts';
import type { Graph } from './client.ts';
import { afterChanges, type Got } from './fault.ts';
import { rulesPath, type At } from './performance.ts';

/** As Graph gave it. */
const savedRules = z.array(z.looseObject({ id: z.string() }));
type SavedRule = z.output<typeof savedRules>[number];

/** What Exchange assigns, or says of a rule, is not part of what the rule was. */
const NOT_POSTED = new Set(['id', 'hasError', 'isReadOnly']);

function bodyOf(rule: SavedRule): JsonObject {
  const fields = Object.entries(rule).filter(([name]) => !NOT_POSTED.has(name) && !name.startsWith('@'));
  return Object.fromEntries(fields) as JsonObject;
}

/** The same text for the same rule, whatever its id and place; nothing, no and none are one. */
function wording(rule: MessageRule | SavedRule): string {
  const { displayName, isEnabled, conditions, actions, exceptions } = rule as MessageRule;
  const said = { displayName, isEnabled, conditions, actions, exceptions };
  return canonical(bare(JSON.parse(JSON.stringify(said)) as Json) ?? {});
}

function bare(value: Json): Json | null {
  if (value === false || value === null) return null;
  if (Array.isArray(value)) return value.length === 0 ? null : value.map((item) => bare(item));
  if (!isObject(value)) return value;
  const said = Object.entries(value).flatMap(([name, inner]) => {
    const kept = bare(inner);
    return kept === null || name.startsWith('@') ? [] : [[name, kept] as const];
  });
  return said.length === 0 ? null : Object.fromEntries(said);
}

async function missingOf(
  graph: Graph,
  address: string,
  rules: readonly SavedRule[],
): Promise<Got<readonly SavedRule[]>> {
  const present = await graph.list<MessageRule>(rulesPath(address));
  if (present.kind !== 'got') return present;
  const there = new Set(present.value.map(wording));
  return { kind: 'got', value: rules.filter((rule) => !there.has(wording(rule))) };
}

export function undoDeletion(bind: (call: CallContext) => At): Undo {
  return {
    class: 'B',
    describe({ account, saved }) {
      if (typeof account !== 'string' || !Array.isArray(saved)) return NOTHING;
      return `The removed inbox rules of ${account} are made again, with new ids.`;
    },
    async perform({ account, saved }, call): Promise<Answer<Undone>> {
      if (typeof account !== 'string') return cannotUndo(NOTHING);
      const { graph, evidence } = bind(call);
      const rules = await savedItems(evidence, saved, savedRules);
      if (rules.kind !== 'got') return rules;
      const missing = await missingOf(graph, account, rules.value);
      if (missing.kind !== 'got') return missing;
      for (const [at, rule] of missing.value.entries()) {
        const made = await graph.change('POST', rulesPath(account), bodyOf(rule));
        if (made.kind !== 'got') return afterChanges(made, at);
      }
      const left = missing.value.length === 0 ? missing : await missingOf(graph, account, rules.value);
      if (left.kind !== 'got') return afterChanges(left, missing.value.length);
      if (left.value.length > 0) return notConfirmed(`the inbox rules of ${account}`, 'not all are listed');
      const now = `${rules.value.length} inbox rule(s) of ${account} are there again, with new ids`;
      return { kind: 'done', output: { changed: missing.value.length > 0, now } };
    },
  };
}
