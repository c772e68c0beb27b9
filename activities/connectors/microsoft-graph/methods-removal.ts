/** ListAuthenticationMethods and RemoveAuthenticationMethods: what an intruder may have added to come back. */
import type { Authentication } from '@microsoft/microsoft-graph-types';
import { ListAuthenticationMethods, RemoveAuthenticationMethods } from '../../catalogue/account.ts';
import { notConfirmed } from '../setting.ts';
import { keep } from './evidence.ts';
import { afterChanges, isGone, PROVIDER, refused } from './fault.ts';
import { listMethods, METHODS_SCOPE, type ListedMethod } from './methods.ts';
import { deed, user } from './performance.ts';

const RECENT_MS = 7 * 24 * 3600_000;
const TYPE = /^#microsoft\.graph\.(\w+)AuthenticationMethod$/;

/** "phone", "fido2", …, as the type annotation has it. */
function kindOf(method: ListedMethod): string {
  return TYPE.exec(method['@odata.type'] ?? '')?.[1] ?? 'unknown';
}

/** The password, and what is newer than this connector, stand in no collection that can be deleted from. */
const COLLECTIONS: ReadonlyMap<string, keyof Authentication> = new Map([
  ['phone', 'phoneMethods'],
  ['email', 'emailMethods'],
  ['microsoftAuthenticator', 'microsoftAuthenticatorMethods'],
  ['softwareOath', 'softwareOathMethods'],
  ['fido2', 'fido2Methods'],
  ['windowsHelloForBusiness', 'windowsHelloForBusinessMethods'],
  ['platformCredential', 'platformCredentialMethods'],
  ['temporaryAccessPass', 'temporaryAccessPassMethods'],
]);

/** Null: Graph does not tell for every kind. */
function addedAt({ createdDateTime }: ListedMethod): string | null {
  const at = Date.parse(createdDateTime ?? '');
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}

export const listAuthenticationMethods = deed(ListAuthenticationMethods, {
  reversibility: 'none',
  repeat: 'natural',
  timeoutMs: 60_000,
  scopes: [METHODS_SCOPE],
  async perform({ user_email }, { graph }) {
    const listed = await listMethods(graph, user_email);
    if (listed.kind !== 'got') return listed;
    const methods = listed.value.flatMap((method) =>
      method.id === undefined ? [] : [{ id: method.id, kind: kindOf(method), added: addedAt(method) }],
    );
    const recent = methods.filter(
      ({ kind, added }) =>
        kind !== 'password' && added !== null && Date.parse(added) > Date.now() - RECENT_MS,
    );
    return { kind: 'done', output: { methods, recent_ids: recent.map(({ id }) => id) } };
  },
});

export const removeAuthenticationMethods = deed(RemoveAuthenticationMethods, {
  reversibility: 'C',
  repeat: 'natural',
  timeoutMs: 120_000,
  scopes: ['UserAuthenticationMethod.ReadWrite.All'],
  async perform({ user_email, method_ids }, at) {
    const present = await listMethods(at.graph, user_email);
    if (present.kind !== 'got') return present;
    const wanted = new Set(method_ids);
    const doomed = present.value.filter(({ id }) => id !== undefined && wanted.has(id));
    const fixed = doomed.find((method) => !COLLECTIONS.has(kindOf(method)));
    if (fixed !== undefined)
      return refused(
        `${PROVIDER}_method_stays`,
        `a method of kind ${kindOf(fixed)} cannot be removed; leave it out, or change the password with RotatePassword`,
      );
    const saved =
      doomed.length === 0 ? null : await keep(at, [{ name: 'removed-methods.json', value: doomed }]);
    if (saved !== null && saved.kind !== 'got') return saved;
    const removed: string[] = [];
    for (const method of doomed) {
      const id = method.id ?? '';
      const collection = COLLECTIONS.get(kindOf(method)) ?? '';
      const path = `${user(user_email)}/authentication/${collection}/${encodeURIComponent(id)}`;
      const gone = await at.graph.change('DELETE', path);
      if (gone.kind === 'got') removed.push(id);
      else if (!isGone(gone)) return afterChanges(gone, removed.length);
    }
    const left = doomed.length === 0 ? present : await listMethods(at.graph, user_email);
    if (left.kind !== 'got') return afterChanges(left, removed.length);
    if (left.value.some(({ id }) => id !== undefined && removed.includes(id)))
      return notConfirmed(`the methods of ${user_email}`, 'one of them is still listed');
    const already_gone = [...wanted].filter((id) => !removed.includes(id));
    return { kind: 'done', output: { removed, already_gone, saved: saved?.value.manifest ?? null } };
  },
});
