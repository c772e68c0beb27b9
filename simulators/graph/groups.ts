/** Endpoints of groups: who is in, joining and leaving. */
import type { Reply } from '../serve.ts';
import { bodyOf, unknownProperty, type Endpoint, type Visit } from './endpoint.ts';
import { graphError, noSuchUser } from './error.ts';
import { withUser } from './people.ts';

const WRITE = 'GroupMember.ReadWrite.All';

/** Needs both: to read the user, and to read memberships. */
function checkMemberGroups(visit: Visit): Reply {
  if (
    !visit.roles.has('User.Read.All') ||
    !(visit.roles.has('GroupMember.Read.All') || visit.roles.has(WRITE))
  )
    return graphError(
      403,
      'Authorization_RequestDenied',
      'Insufficient privileges to complete the operation.',
    );
  return withUser(visit, ({ user }) => {
    const ids = bodyOf(visit, ['groupIds'])?.['groupIds'];
    if (!Array.isArray(ids) || ids.length === 0 || ids.length > 20) return unknownProperty();
    const value = ids.filter((id) => visit.tenant.groups.get(String(id))?.has(user.id) === true);
    return { status: 200, body: { value } };
  });
}

function join(visit: Visit): Reply {
  const group = visit.tenant.groups.get(visit.part['group'] ?? '');
  if (group === undefined) return noSuchUser(visit.part['group'] ?? '');
  const reference = bodyOf(visit, ['@odata.id'])?.['@odata.id'];
  const id = /\/v1\.0\/directoryObjects\/([^/]+)$/.exec(typeof reference === 'string' ? reference : '')?.[1];
  const account = visit.tenant.find(id ?? '');
  if (account === null) return noSuchUser(id ?? '');
  if (group.has(account.user.id))
    return graphError(
      400,
      'Request_BadRequest',
      "One or more added object references already exist for the following modified properties: 'members'.",
    );
  group.add(account.user.id);
  visit.effect(account.user.userPrincipalName, `member of ${visit.part['group'] ?? ''}`);
  return { status: 204 };
}

function leave(visit: Visit): Reply {
  const id = visit.part['member'] ?? '';
  if (visit.tenant.groups.get(visit.part['group'] ?? '')?.delete(id) !== true) return noSuchUser(id);
  const email = visit.tenant.find(id)?.user.userPrincipalName ?? id;
  visit.effect(email, `member of ${visit.part['group'] ?? ''} no more`);
  return { status: 204 };
}

export const groups: readonly Endpoint[] = [
  {
    method: 'POST',
    path: 'users/:user/checkMemberGroups',
    roles: ['GroupMember.Read.All', WRITE],
    serve: checkMemberGroups,
  },
  { method: 'POST', path: 'groups/:group/members/$ref', roles: [WRITE], serve: join },
  { method: 'DELETE', path: 'groups/:group/members/:member/$ref', roles: [WRITE], serve: leave },
];
