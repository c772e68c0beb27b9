/** Inbox rules: which look like an intruder's, and removing the named ones without losing what they said. */
import type { MailFolder, MessageRule } from '@microsoft/microsoft-graph-types';
import { DeleteFilter, ListFilters } from '../../catalogue/email.ts';
import { firstFound } from '../found.ts';
import { notConfirmed } from '../setting.ts';
import type { Graph } from './client.ts';
import { keep } from './evidence.ts';
import { afterChanges, isGone, type Got } from './fault.ts';
import { deed, domainsOf, rulesPath, user } from './performance.ts';
import { undoDeletion } from './rules-back.ts';
import { suspicionsOf } from './suspicion.ts';

/** Null: the folder is gone. */
async function folderName(graph: Graph, address: string, id: string): Promise<Got<string | null>> {
  const path = `${user(address)}/mailFolders/${encodeURIComponent(id)}?$select=displayName`;
  const folder = await graph.get<MailFolder>(path);
  if (folder.kind === 'got') return { kind: 'got', value: folder.value.displayName ?? null };
  return isGone(folder) ? { kind: 'got', value: null } : folder;
}

/** Each folder is asked for once, however many rules move there. */
async function folderNames(
  graph: Graph,
  address: string,
  rules: readonly MessageRule[],
): Promise<Got<ReadonlyMap<string, string | null>>> {
  const names = new Map<string, string | null>();
  for (const rule of rules) {
    const id = rule.actions?.moveToFolder;
    if (!id || names.has(id)) continue;
    const name = await folderName(graph, address, id);
    if (name.kind !== 'got') return name;
    names.set(id, name.value);
  }
  return { kind: 'got', value: names };
}

export const listFilters = deed(ListFilters, {
  reversibility: 'none',
  repeat: 'natural',
  timeoutMs: 60_000,
  scopes: ['MailboxSettings.Read', 'Mail.ReadBasic.All'],
  async perform({ user_email }, { graph, ownDomains }) {
    const rules = await graph.list<MessageRule>(rulesPath(user_email));
    if (rules.kind !== 'got') return rules;
    const folders = await folderNames(graph, user_email, rules.value);
    if (folders.kind !== 'got') return folders;
    const domains = domainsOf(ownDomains, user_email);
    const suspicious = rules.value.flatMap((rule) => {
      const folder = folders.value.get(rule.actions?.moveToFolder ?? '') ?? null;
      const reasons = [...suspicionsOf(rule, { ownDomains: domains, folder })];
      return rule.id === undefined || reasons.length === 0 ? [] : [{ id: rule.id, reasons }];
    });
    return {
      kind: 'done',
      output: {
        user_id: user_email,
        count: rules.value.length,
        suspicious_ids: suspicious.map(({ id }) => id),
        suspicious,
      },
    };
  },
});

export const deleteFilter = deed(DeleteFilter, {
  reversibility: 'B',
  repeat: 'natural',
  timeoutMs: 120_000,
  scopes: ['MailboxSettings.ReadWrite'],
  undo: undoDeletion,
  async perform({ user_email, filter_ids }, at) {
    const present = await at.graph.list<MessageRule>(rulesPath(user_email));
    if (present.kind !== 'got') return present;
    const wanted = new Set(filter_ids);
    const doomed = present.value.filter((rule) => rule.id !== undefined && wanted.has(rule.id));
    // Saved before the first deletion: a crash in between must not lose what a rule said.
    const saved =
      doomed.length === 0 ? null : await keep(at, [{ name: 'removed-rules.json', value: doomed }]);
    if (saved !== null && saved.kind !== 'got') return saved;
    const rules = saved?.value.items.map(({ sha256 }) => sha256) ?? [];
    const first = await firstFound(at.call, rules);
    if (first.kind !== 'got') return first;
    const removed = new Set<string>();
    for (const { id } of doomed) {
      if (id === undefined) continue;
      const answer = await at.graph.change('DELETE', `${rulesPath(user_email)}/${encodeURIComponent(id)}`);
      if (answer.kind === 'got') removed.add(id);
      else if (!isGone(answer)) return afterChanges(answer, removed.size);
    }
    const left = doomed.length === 0 ? null : await listed(at.graph, user_email, doomed);
    if (left !== null && left.kind !== 'got') return afterChanges(left, removed.size);
    const output = {
      removed: [...removed],
      already_gone: [...wanted].filter((id) => !removed.has(id)),
      saved: saved?.value.manifest ?? null,
    };
    // An earlier attempt of this call may have saved, and removed, more than is left now.
    const all = [...new Set([...first.value, ...rules])];
    return all.length === 0
      ? { kind: 'done', output }
      : { kind: 'done', output, undo: { account: user_email, saved: all } };
  },
});

/** Refused as not confirmed when one of them is still there. */
async function listed(graph: Graph, address: string, gone: readonly MessageRule[]): Promise<Got<null>> {
  const rules = await graph.list<MessageRule>(rulesPath(address));
  if (rules.kind !== 'got') return rules;
  const ids = new Set(gone.map(({ id }) => id));
  return rules.value.some(({ id }) => ids.has(id))
    ? notConfirmed(`the inbox rules of ${address}`, 'one of them is still listed')
    : { kind: 'got', value: null };
}
