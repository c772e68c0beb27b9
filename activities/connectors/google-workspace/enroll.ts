/** Enroll2FA: no interface enrols a second factor for a user, so a person must, and the directory is watched. */
import type { Enroll2FA } from '../../catalogue/email.ts';
import type { InputOf, OutputOf } from '../../catalogue/task-type.ts';
import type { CallContext, Performance } from '../connector.ts';
import { readAccount, type Account } from './account.ts';
import type { Workspace } from './config.ts';
import { converse, type Got } from './conversation.ts';
import { READ_USERS } from './scopes.ts';

const SCOPES = [READ_USERS];

export function enroll2FA(
  config: Workspace,
): Performance<InputOf<typeof Enroll2FA>, OutputOf<typeof Enroll2FA>> {
  const look = async (address: string, call: CallContext): Promise<Got<Account>> => {
    const google = await converse(config, call, { account: address, scopes: SCOPES });
    return google.kind === 'got' ? readAccount(google.value, address) : google;
  };
  return {
    reversibility: 'none',
    repeat: 'natural',
    timeoutMs: 30_000,
    scopes: SCOPES,
    async perform({ user_email }, call) {
      const account = await look(user_email, call);
      if (account.kind !== 'got') return account;
      if (account.value.isEnrolledIn2Sv === true) return { kind: 'done', output: { enrolled: true } };
      return {
        kind: 'action_required',
        instructions: instructions(user_email, account.value.isEnforcedIn2Sv === true),
        onceDone: { enrolled: true },
      };
    },
    /** A look that fails has seen nothing: not yet. A person can still confirm. */
    async check({ user_email }, call) {
      const account = await look(user_email, call);
      return account.kind === 'got' && account.value.isEnrolledIn2Sv === true ? { enrolled: true } : null;
    },
  };
}

function instructions(address: string, enforced: boolean): string {
  const steps =
    `Reach ${address} by a channel the intruder cannot read, such as the telephone. Ask them to sign in at ` +
    'https://myaccount.google.com/signinoptions/two-step-verification and to set up 2-Step Verification with a ' +
    'security key or an authenticator app, and to remove any second factor they do not recognise.';
  const rule = enforced
    ? ' The organisation already enforces it for this account.'
    : ' The organisation does not enforce it for this account; consider moving it to a unit that does.';
  return `${steps}${rule} Cordon sees in the directory when this has been done.`;
}
