/** Grants and application roles given again from the evidence that was kept before they were revoked. */
import type { AppRoleAssignment, OAuth2PermissionGrant } from '@microsoft/microsoft-graph-types';
import { z } from 'zod';
import type { Answer, CallContext, Undo, Undone } from '../connector.ts';
import { savedItems } from '../saved-items.ts';
import { cannotUndo, moved, NOTHING, notConfirmed } from '../setting.ts';
import type { Graph } from './client.ts';
import { afterChanges, type Got } from './fault.ts';
import { findGrants, type Found } from './grant-list.ts';
import { user, type At } from './performance.ts';

const grant = z.looseObject({
  id: z.string(),
  clientId: z.string(),
  principalId: z.string(),
  resourceId: z.string(),
  scope: z.string().nullish(),
});
const assignment = z.looseObject({
  id: z.string(),
  principalId: z.string(),
  resourceId: z.string(),
  appRoleId: z.string(),
});

type Right =
  | { readonly kind: 'grant'; readonly id: string; readonly said: z.output<typeof grant> }
  | { readonly kind: 'role'; readonly id: string; readonly said: z.output<typeof assignment> };

const savedRights: z.ZodType<readonly Right[]> = z
  .strictObject({ grants: z.array(grant), assignments: z.array(assignment) })
  .transform(({ grants, assignments }) => [
    ...grants.map((said) => ({ kind: 'grant' as const, id: said.id, said })),
    ...assignments.map((said) => ({ kind: 'role' as const, id: said.id, said })),
  ]);

/** Permissions stand in one text, in any order. */
function scopes(text: string | null | undefined): string {
  return (text ?? '').split(' ').filter(Boolean).toSorted().join(' ');
}

/** Is it there again? `changed`: the application has been given something else since. */
function standing(right: Right, { grants, assignments }: Found): 'missing' | 'there' | 'changed' {
  if (right.kind === 'role') {
    const same = ({ resourceId, appRoleId }: AppRoleAssignment) =>
      resourceId === right.said.resourceId && appRoleId === right.said.appRoleId;
    return assignments.some(same) ? 'there' : 'missing';
  }
  const other = grants.find(
    ({ clientId, resourceId }: OAuth2PermissionGrant) =>
      clientId === right.said.clientId && resourceId === right.said.resourceId,
  );
  if (other === undefined) return 'missing';
  return scopes(other.scope) === scopes(right.said.scope) ? 'there' : 'changed';
}

function give(graph: Graph, address: string, right: Right): ReturnType<Graph['change']> {
  const { said } = right;
  const to = { principalId: said.principalId, resourceId: said.resourceId };
  if (right.kind === 'role') {
    const body = { ...to, appRoleId: right.said.appRoleId } satisfies AppRoleAssignment;
    return graph.change('POST', `${user(address)}/appRoleAssignments`, body);
  }
  const { clientId, scope } = right.said;
  const body = {
    ...to,
    clientId,
    consentType: 'Principal',
    scope: scope ?? '',
  } satisfies OAuth2PermissionGrant;
  return graph.change('POST', '/oauth2PermissionGrants', body);
}

/** Looked at as a whole before the first is given: where one has been changed, none is. */
async function missingOf(
  graph: Graph,
  address: string,
  rights: readonly Right[],
): Promise<Got<readonly Right[]>> {
  const now = await findGrants(graph, address);
  if (now.kind !== 'got') return now;
  const changed = rights.find((right) => standing(right, now.value) === 'changed');
  if (changed !== undefined)
    return moved(
      `the application ${changed.said.resourceId} has been given other rights to ${address} since`,
    );
  return { kind: 'got', value: rights.filter((right) => standing(right, now.value) === 'missing') };
}

export function undoRevocation(bind: (call: CallContext) => At): Undo {
  return {
    class: 'B',
    describe({ account, saved }) {
      if (typeof account !== 'string' || !Array.isArray(saved)) return NOTHING;
      return `The applications that lost their access to ${account} get it again, under new ids.`;
    },
    async perform({ account, saved }, call): Promise<Answer<Undone>> {
      if (typeof account !== 'string') return cannotUndo(NOTHING);
      const { graph, evidence } = bind(call);
      const rights = await savedItems(evidence, saved, savedRights);
      if (rights.kind !== 'got') return rights;
      const missing = await missingOf(graph, account, rights.value);
      if (missing.kind !== 'got') return missing;
      for (const [at, right] of missing.value.entries()) {
        const given = await give(graph, account, right);
        if (given.kind !== 'got') return afterChanges(given, at);
      }
      const left = missing.value.length === 0 ? missing : await missingOf(graph, account, rights.value);
      if (left.kind !== 'got') return afterChanges(left, missing.value.length);
      if (left.value.length > 0)
        return notConfirmed(`the access of applications to ${account}`, 'not all is listed');
      const now = `${rights.value.length} grant(s) and role(s) of ${account} are there again`;
      return { kind: 'done', output: { changed: missing.value.length > 0, now } };
    },
  };
}
