/** Cuts off whoever got in through an app or still holds a session. */
import type { AppRoleAssignment, OAuth2PermissionGrant } from '@microsoft/microsoft-graph-types';
import { RevokeOAuthTokens } from '../../catalogue/email.ts';
import { keep } from './evidence.ts';
import { afterChanges, isGone, type Got } from './fault.ts';
import type { Graph } from './client.ts';
import { deed, plain, user } from './performance.ts';
import { findAccount } from './proof.ts';

interface Revocable {
  readonly path: string;
  /** Service principal that loses its access. */
  readonly client: string;
}

interface Found {
  readonly grants: readonly OAuth2PermissionGrant[];
  readonly assignments: readonly AppRoleAssignment[];
}

/**
 * The grants of one user, by id: an application may not list them below the user. Consent for the whole
 * tenant has no principal and so never matches.
 */
export function grantsOf(accountId: string): string {
  const filter = `principalId eq '${accountId.replaceAll("'", "''")}'`;
  return `/oauth2PermissionGrants?$filter=${encodeURIComponent(filter)}`;
}

/** Only what is this user's own: consent for the whole tenant and roles through groups also serve others. */
async function findGrants(graph: Graph, address: string): Promise<Got<Found>> {
  const account = await findAccount(graph, address);
  if (account.kind !== 'got') return account;
  const grants = await graph.list<OAuth2PermissionGrant>(grantsOf(account.value.id));
  if (grants.kind !== 'got') return grants;
  const assignments = await graph.list<AppRoleAssignment>(`${user(address)}/appRoleAssignments`);
  if (assignments.kind !== 'got') return assignments;
  return {
    kind: 'got',
    value: {
      grants: grants.value.filter((grant) => grant.consentType === 'Principal'),
      assignments: assignments.value.filter((assignment) => assignment.principalType === 'User'),
    },
  };
}

function revocable({ grants, assignments }: Found, address: string): readonly Revocable[] {
  return [
    ...grants.map((grant) => ({
      path: `/oauth2PermissionGrants/${encodeURIComponent(grant.id ?? '')}`,
      client: grant.clientId ?? '',
    })),
    ...assignments.map((assignment) => ({
      path: `${user(address)}/appRoleAssignments/${encodeURIComponent(assignment.id ?? '')}`,
      client: assignment.resourceId ?? '',
    })),
  ];
}

/** "Name (id)" where an assignment tells the name, else the id. Names are whatever the app's maker wrote. */
function clientNames({ assignments }: Found): (id: string) => string {
  const names = new Map(
    assignments.map(({ resourceId, resourceDisplayName }) => [resourceId, resourceDisplayName]),
  );
  return (id) => {
    const name = names.get(id);
    return name ? `${plain(name)} (${id})` : id;
  };
}

/** App passwords exist only in per-user MFA, which Graph neither lists nor deletes: none are counted. */
export const revokeOAuthTokens = deed(RevokeOAuthTokens, {
  reversibility: 'C',
  repeat: 'natural',
  timeoutMs: 120_000,
  scopes: [
    'Directory.Read.All',
    'DelegatedPermissionGrant.ReadWrite.All',
    'AppRoleAssignment.ReadWrite.All',
    'User.RevokeSessions.All',
  ],
  async perform(input, at) {
    const { graph } = at;
    const found = await findGrants(graph, input.user_id);
    if (found.kind !== 'got') return found;
    const doomed = revocable(found.value, input.user_id);
    if (doomed.length > 0) {
      const saved = await keep(at, [{ name: 'revoked-grants.json', value: found.value }]);
      if (saved.kind !== 'got') return saved;
    }
    let changes = 0;
    for (const { path } of doomed) {
      const removed = await graph.change('DELETE', path);
      if (removed.kind === 'got') changes += 1;
      else if (!isGone(removed)) return afterChanges(removed, changes);
    }
    // Last, so that no app that just lost its grant is handed a fresh token by a living session.
    const signedOut = await graph.change('POST', `${user(input.user_id)}/revokeSignInSessions`);
    if (signedOut.kind !== 'got') return afterChanges(signedOut, changes);
    const clients = [...new Set(doomed.map(({ client }) => client))];
    return {
      kind: 'done',
      output: {
        revoked_clients: clients.map(clientNames(found.value)),
        revoked_app_passwords: 0,
        sessions_revoked: true,
      },
    };
  },
});
