/** DisableFilter and StopForwarding: rules are switched off and stay, so that switching them on again is exact. */
import type { MessageRule } from '@microsoft/microsoft-graph-types';
import { DisableFilter, StopForwarding } from '../../catalogue/account.ts';
import type { JsonObject } from '../../../workflows/language/json.ts';
import type { CallContext, Undo } from '../connector.ts';
import { bring, savedFor, undoSetting, type Setting } from '../setting.ts';
import type { Graph } from './client.ts';
import { afterChanges, type Got } from './fault.ts';
import { deed, domainsOf, rulesPath, type At } from './performance.ts';
import { outsideRecipients } from './suspicion.ts';

/** By id of the rule: is it on? One that is not there can neither be switched nor put back. */
type Switches = JsonObject & { readonly [rule: string]: boolean | 'gone' };

function switches(
  graph: Graph,
  address: string,
  ids: (rules: readonly MessageRule[]) => readonly string[],
): Setting<Switches> {
  return {
    what: `the inbox rules of ${address}`,
    inParts: true,
    async read() {
      const rules = await graph.list<MessageRule>(rulesPath(address));
      if (rules.kind !== 'got') return rules;
      const known = new Map(rules.value.map(({ id, isEnabled }) => [id, isEnabled === true]));
      return {
        kind: 'got',
        value: Object.fromEntries(ids(rules.value).map((id) => [id, known.get(id) ?? 'gone'])),
      };
    },
    async write(to, from): Promise<Got<unknown>> {
      let changes = 0;
      for (const [id, isEnabled] of Object.entries(to)) {
        if (isEnabled === from[id] || isEnabled === 'gone') continue;
        const path = `${rulesPath(address)}/${encodeURIComponent(id)}`;
        const changed = await graph.change('PATCH', path, { isEnabled } satisfies MessageRule);
        if (changed.kind !== 'got') return afterChanges(changed, changes);
        changes += 1;
      }
      return { kind: 'got', value: null };
    },
  };
}

function allOff(now: Switches): Switches {
  return Object.fromEntries(Object.entries(now).map(([id, on]) => [id, on === 'gone' ? on : false]));
}

function undoOf(bind: (call: CallContext) => At): Undo {
  return undoSetting<Switches>({
    open: async (account, call, before) => ({
      kind: 'got',
      value: switches(bind(call).graph, account, () => Object.keys(before)),
    }),
    describe: (account, before) => {
      const on = Object.values(before).filter((was) => was === true).length;
      return `${on} inbox rule(s) of ${account} are switched on again.`;
    },
  });
}

const TRAITS = {
  reversibility: 'A',
  repeat: 'natural',
  timeoutMs: 120_000,
  scopes: ['MailboxSettings.ReadWrite'],
  undo: undoOf,
} as const;

export const disableFilter = deed(DisableFilter, {
  ...TRAITS,
  async perform({ user_email, filter_ids }, { graph, call }) {
    const setting = switches(graph, user_email, () => [...new Set(filter_ids)]);
    const brought = await bring(setting, call, allOff);
    if (brought.kind !== 'got') return brought;
    const { before } = brought.value;
    const those = (was: boolean | 'gone') => Object.keys(before).filter((id) => before[id] === was);
    const output = { disabled: those(true), already_disabled: those(false), gone: those('gone') };
    return { kind: 'done', output, ...savedFor(user_email, brought.value) };
  },
});

/** A rule that is off already is among them, so that a repeat knows which ones this call has switched off. */
export const stopForwarding = deed(StopForwarding, {
  ...TRAITS,
  async perform({ user_email }, { graph, ownDomains, call }) {
    const domains = domainsOf(ownDomains, user_email);
    const to = new Map<string, readonly string[]>();
    const setting = switches(graph, user_email, (rules) => {
      to.clear();
      for (const { id, actions } of rules) {
        const outside = outsideRecipients(actions ?? {}, domains);
        if (id !== undefined && outside.length > 0) to.set(id, outside);
      }
      return [...to.keys()];
    });
    const brought = await bring(setting, call, allOff);
    if (brought.kind !== 'got') return brought;
    const { before, changed } = brought.value;
    const stopped = Object.keys(before).flatMap((id) => (before[id] === true ? (to.get(id) ?? []) : []));
    const output = { stopped: [...new Set(stopped)], already: !changed };
    return { kind: 'done', output, ...savedFor(user_email, brought.value) };
  },
});
