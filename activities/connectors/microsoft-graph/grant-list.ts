/** What one account lets applications do. */
import type { AppRoleAssignment, OAuth2PermissionGrant } from '@microsoft/microsoft-graph-types';
import type { Graph } from './client.ts';
import type { Got } from './fault.ts';
import { user } from './performance.ts';
import { findAccount } from './proof.ts';

export interface Found {
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
export async function findGrants(graph: Graph, address: string): Promise<Got<Found>> {
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
