/** Endpoints of what users have let applications do. */
import type { Reply } from '../serve.ts';
import { page, removeById, type Endpoint, type Visit } from './endpoint.ts';
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
