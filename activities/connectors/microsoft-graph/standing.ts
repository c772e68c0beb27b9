/** SuspendAccount and RequireSecondFactor: how an account stands in the directory. */
import type { User } from '@microsoft/microsoft-graph-types';
import type { JsonObject } from '../../../workflows/language/json.ts';
import { RequireSecondFactor, SuspendAccount } from '../../catalogue/account.ts';
import { bring, cannotUndo, savedFor, undoSetting, type Setting } from '../setting.ts';
import type { Graph } from './client.ts';
import { isGone, PROVIDER, refused, type Got } from './fault.ts';
import { deed, user } from './performance.ts';
import { findAccount } from './proof.ts';

type Enabled = JsonObject & { readonly accountEnabled: boolean };

function enabled(graph: Graph, address: string): Setting<Enabled> {
  return {
    what: `the suspension of ${address}`,
    async read() {
      const found = await graph.get<User>(`${user(address)}?$select=accountEnabled`);
      if (found.kind !== 'got') return found;
      return { kind: 'got', value: { accountEnabled: found.value.accountEnabled !== false } };
    },
    write: (to) => graph.change('PATCH', user(address), to satisfies User),
  };
}

const TRAITS = { reversibility: 'A', repeat: 'natural', timeoutMs: 60_000 } as const;

export const suspendAccount = deed(SuspendAccount, {
  ...TRAITS,
  scopes: ['User.Read.All', 'User.EnableDisableAccount.All'],
  async perform({ user_email }, { graph, call }) {
    const brought = await bring(enabled(graph, user_email), call, () => ({ accountEnabled: false }));
    if (brought.kind !== 'got') return brought;
    const output = { suspended: true as const, already: !brought.value.changed };
    return { kind: 'done', output, ...savedFor(user_email, brought.value) };
  },
  undo: (bind) =>
    undoSetting<Enabled>({
      open: async (account, call) => ({ kind: 'got', value: enabled(bind(call).graph, account) }),
      describe: (account) => `${account} can be signed in to again.`,
    }),
});

/** With the group in it, undo leaves the one that was joined, whatever is configured by then. */
type Membership = JsonObject & { readonly member: boolean; readonly group: string };

/** Membership through a nested group counts, as it does for whoever enforces it; only a direct one is written. */
async function membership(graph: Graph, address: string, group: string): Promise<Got<Setting<Membership>>> {
  const account = await findAccount(graph, address);
  if (account.kind !== 'got') return account;
  const { id } = account.value;
  const members = `/groups/${encodeURIComponent(group)}/members`;
  const setting: Setting<Membership> = {
    what: `the membership of ${address} in ${group}`,
    async read() {
      const path = `${user(address)}/checkMemberGroups`;
      const found = await graph.ask<string>(path, { groupIds: [group] });
      if (found.kind !== 'got') return found;
      return { kind: 'got', value: { member: found.value.includes(group), group } };
    },
    async write({ member }) {
      if (member)
        return graph.change('POST', `${members}/$ref`, {
          '@odata.id': `${graph.root}/directoryObjects/${id}`,
        });
      const left = await graph.change('DELETE', `${members}/${encodeURIComponent(id)}/$ref`);
      return left.kind !== 'got' && isGone(left) ? { kind: 'got', value: null } : left;
    },
  };
  return { kind: 'got', value: setting };
}

/** Which group it is stands in the configuration: a playbook that named one could hand out any group's rights. */
export const requireSecondFactor = deed(RequireSecondFactor, {
  ...TRAITS,
  scopes: ['User.Read.All', 'GroupMember.ReadWrite.All'],
  async perform({ user_email }, { graph, call, secondFactorGroup: group }) {
    if (group === null)
      return refused(
        `${PROVIDER}_no_group`,
        'no group that must prove a second factor is configured; name it in connectors.microsoft_graph.second_factor_group',
      );
    const setting = await membership(graph, user_email, group);
    if (setting.kind !== 'got') return setting;
    const brought = await bring(setting.value, call, () => ({ member: true, group }));
    if (brought.kind !== 'got') return brought;
    const output = { through: group, already: !brought.value.changed };
    return { kind: 'done', output, ...savedFor(user_email, brought.value) };
  },
  undo: (bind) =>
    undoSetting<Membership>({
      open: async (account, call, { group }) =>
        typeof group === 'string'
          ? membership(bind(call).graph, account, group)
          : cannotUndo('no group was saved'),
      describe: (account, { group }) => `${account} leaves the group ${group} again.`,
    }),
});
