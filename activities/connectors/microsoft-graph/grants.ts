/** Cuts off whoever got in through an app or still holds a session. */
import { RevokeAppAccess, SignOut } from '../../catalogue/account.ts';
import { RevokeOAuthTokens } from '../../catalogue/email.ts';
import { firstFound } from '../found.ts';
import { notConfirmed } from '../setting.ts';
import { keep } from './evidence.ts';
import { afterChanges, isGone, type Got } from './fault.ts';
import { findGrants, type Found } from './grant-list.ts';
import { undoRevocation } from './grants-back.ts';
import { deed, plain, user, type At } from './performance.ts';

interface Revocable {
  readonly path: string;
  /** Service principal that loses its access. */
  readonly client: string;
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

interface Revoked {
  readonly clients: readonly string[];
  readonly changes: number;
  /** Evidence of what was revoked: now, and by an earlier attempt of this call. */
  readonly saved: readonly string[];
}

async function revoke(at: At, address: string, forUndo: boolean): Promise<Got<Revoked>> {
  const { graph } = at;
  const found = await findGrants(graph, address);
  if (found.kind !== 'got') return found;
  const doomed = revocable(found.value, address);
  const kept =
    doomed.length === 0 ? null : await keep(at, [{ name: 'revoked-grants.json', value: found.value }]);
  if (kept !== null && kept.kind !== 'got') return kept;
  const saved = kept?.value.items.map(({ sha256 }) => sha256) ?? [];
  const first: Got<readonly string[]> = forUndo
    ? await firstFound(at.call, saved)
    : { kind: 'got', value: saved };
  if (first.kind !== 'got') return first;
  let changes = 0;
  for (const { path } of doomed) {
    const removed = await graph.change('DELETE', path);
    if (removed.kind === 'got') changes += 1;
    else if (!isGone(removed)) return afterChanges(removed, changes);
  }
  const left = doomed.length === 0 ? found : await findGrants(graph, address);
  if (left.kind !== 'got') return afterChanges(left, changes);
  const paths = new Set(doomed.map(({ path }) => path));
  if (revocable(left.value, address).some(({ path }) => paths.has(path)))
    return notConfirmed(`the access of applications to ${address}`, 'some of it is still listed');
  const clients = [...new Set(doomed.map(({ client }) => client))].map(clientNames(found.value));
  return { kind: 'got', value: { clients, changes, saved: [...new Set([...first.value, ...saved])] } };
}

const GRANTS = [
  'Directory.Read.All',
  'DelegatedPermissionGrant.ReadWrite.All',
  'AppRoleAssignment.ReadWrite.All',
] as const;
const SESSIONS = 'User.RevokeSessions.All';

/** App passwords exist only in per-user MFA, which Graph neither lists nor deletes: none are counted. */
export const revokeOAuthTokens = deed(RevokeOAuthTokens, {
  reversibility: 'C',
  repeat: 'natural',
  timeoutMs: 120_000,
  scopes: [...GRANTS, SESSIONS],
  async perform({ user_id }, at) {
    const revoked = await revoke(at, user_id, false);
    if (revoked.kind !== 'got') return revoked;
    const { clients, changes } = revoked.value;
    // Last, so that no app that just lost its grant is handed a fresh token by a living session.
    const signedOut = await at.graph.change('POST', `${user(user_id)}/revokeSignInSessions`);
    if (signedOut.kind !== 'got') return afterChanges(signedOut, changes);
    const output = { revoked_clients: [...clients], revoked_app_passwords: 0, sessions_revoked: true };
    return { kind: 'done', output };
  },
});

/** Restorable with loss: a grant made again has a new id, and the application must ask for a token again. */
export const revokeAppAccess = deed(RevokeAppAccess, {
  reversibility: 'B',
  repeat: 'natural',
  timeoutMs: 120_000,
  scopes: GRANTS,
  undo: undoRevocation,
  async perform({ user_email }, at) {
    const revoked = await revoke(at, user_email, true);
    if (revoked.kind !== 'got') return revoked;
    const { clients, saved } = revoked.value;
    const output = { revoked_clients: [...clients], revoked_app_passwords: 0 };
    return saved.length === 0
      ? { kind: 'done', output }
      : { kind: 'done', output, undo: { account: user_email, saved: [...saved] } };
  },
});

export const signOut = deed(SignOut, {
  reversibility: 'C',
  repeat: 'natural',
  timeoutMs: 60_000,
  scopes: [SESSIONS],
  async perform({ user_email }, { graph }) {
    const signedOut = await graph.change('POST', `${user(user_email)}/revokeSignInSessions`);
    if (signedOut.kind !== 'got') return signedOut;
    return { kind: 'done', output: { sessions_revoked: true as const } };
  },
});
