/** Endpoints of what users have let applications do. */
import { randomUUID } from 'node:crypto';
import type { Reply } from '../serve.ts';
import { bodyOf, page, removeById, textOf, unknownProperty, type Endpoint, type Visit } from './endpoint.ts';
import { graphError, noSuchUser } from './error.ts';
import { withUser } from './people.ts';

/** Below the user, Graph lists grants for signed-in people only; an application must filter all of them. */
function listGrants(visit: Visit): Reply {
  const filter = visit.request.query.get('$filter') ?? '';
  const asked = /^principalId eq '([^']*)'$/.exec(filter);
  if (asked === null) return graphError(400, 'Request_UnsupportedQuery', `Unsupported filter: ${filter}`);
  return page(visit, visit.tenant.find(asked[1] ?? '')?.grants ?? []);
}

function deleteGrant(visit: Visit): Reply {
  const id = visit.part['grant'] ?? '';
  for (const account of visit.tenant.all()) {
    if (!removeById(account.grants, id)) continue;
    visit.effect(account.user.userPrincipalName, `permission grant ${id} removed`);
    return { status: 204 };
  }
  return noSuchUser(id);
}

function deleteAssignment(visit: Visit): Reply {
  return withUser(visit, (account) => {
    const id = visit.part['assignment'] ?? '';
    if (!removeById(account.assignments, id)) return noSuchUser(id);
    visit.effect(account.user.userPrincipalName, `app role assignment ${id} removed`);
    return { status: 204 };
  });
}

function createGrant(visit: Visit): Reply {
  const body = bodyOf(visit, ['clientId', 'consentType', 'principalId', 'resourceId', 'scope']);
  if (body === null || body['consentType'] !== 'Principal') return unknownProperty();
  const { clientId, principalId, resourceId, scope } = body;
  const account = visit.tenant.find(textOf(principalId));
  if (account === null) return noSuchUser(textOf(principalId));
  if (account.grants.some((one) => one.clientId === clientId && one.resourceId === resourceId))
    return graphError(409, 'Request_MultipleObjectsWithSameKeyValue', 'Permission entry already exists.');
  const grant = {
    id: `grant-${randomUUID()}`,
    clientId: textOf(clientId),
    consentType: 'Principal',
    principalId: textOf(principalId),
    resourceId: textOf(resourceId),
    scope: textOf(scope),
  };
  account.grants.push(grant);
  visit.effect(account.user.userPrincipalName, `permission grant ${grant.id} made`);
  return { status: 201, body: grant };
}

function createAssignment(visit: Visit): Reply {
  return withUser(visit, (account) => {
    const body = bodyOf(visit, ['principalId', 'resourceId', 'appRoleId']);
    if (body === null || body['principalId'] !== account.user.id) return unknownProperty();
    const { resourceId, appRoleId } = body;
    if (account.assignments.some((one) => one.resourceId === resourceId && one.appRoleId === appRoleId))
      return graphError(400, 'Request_BadRequest', 'Permission being assigned already exists on the object');
    const assignment = {
      id: randomUUID(),
      principalId: account.user.id,
      principalType: 'User',
      resourceId: textOf(resourceId),
      resourceDisplayName: 'Mail Backup Pro',
      appRoleId: textOf(appRoleId),
    };
    account.assignments.push(assignment);
    visit.effect(account.user.userPrincipalName, `app role assignment ${assignment.id} made`);
    return { status: 201, body: assignment };
  });
}

export const consents: readonly Endpoint[] = [
  {
    method: 'GET',
    path: 'oauth2PermissionGrants',
    roles: ['Directory.Read.All', 'Directory.ReadWrite.All', 'DelegatedPermissionGrant.ReadWrite.All'],
    serve: listGrants,
  },
  {
    method: 'DELETE',
    path: 'oauth2PermissionGrants/:grant',
    roles: ['DelegatedPermissionGrant.ReadWrite.All'],
    serve: deleteGrant,
  },
  {
    method: 'POST',
    path: 'oauth2PermissionGrants',
    roles: ['DelegatedPermissionGrant.ReadWrite.All'],
    serve: createGrant,
  },
  {
    method: 'POST',
    path: 'users/:user/appRoleAssignments',
    roles: ['AppRoleAssignment.ReadWrite.All'],
    serve: createAssignment,
  },
  {
    method: 'GET',
    path: 'users/:user/appRoleAssignments',
    roles: ['Directory.Read.All', 'AppRoleAssignment.ReadWrite.All'],
    serve: (visit) => withUser(visit, (account) => page(visit, account.assignments)),
  },
  {
    method: 'DELETE',
    path: 'users/:user/appRoleAssignments/:assignment',
    roles: ['AppRoleAssignment.ReadWrite.All'],
    serve: deleteAssignment,
  },
];
