/** ProofOfControl: the account exists, is ours, and what its recent sign-ins look like. */
import type { InputOf, OutputOf } from '../../catalogue/task-type.ts';
import type { ProofOfControl } from '../../catalogue/email.ts';
import type { Performance } from '../connector.ts';
import { readAccount } from './account.ts';
import type { Workspace } from './config.ts';
import { converse } from './conversation.ts';
import { READ_REPORTS, READ_USERS } from './scopes.ts';
import { isSignIn, isSuspicious, readSignIns } from './sign-ins.ts';

const SCOPES = [READ_USERS, READ_REPORTS];

export function proofOfControl(
  config: Workspace,
): Performance<InputOf<typeof ProofOfControl>, OutputOf<typeof ProofOfControl>> {
  return {
    reversibility: 'none',
    repeat: 'natural',
    timeoutMs: 60_000,
    scopes: SCOPES,
    async perform({ account_email }, call) {
      const google = await converse(config, call, { account: account_email, scopes: SCOPES });
      if (google.kind !== 'got') return google;
      const account = await readAccount(google.value, account_email);
      if (account.kind !== 'got') return account;
      const signIns = await readSignIns(google.value, account_email);
      if (signIns.kind !== 'got') return signIns;
      return {
        kind: 'done',
        output: {
          user_email: account.value.primaryEmail.toLowerCase(),
          directory_id: account.value.id,
          suspended: account.value.suspended === true,
          enrolled_2fa: account.value.isEnrolledIn2Sv === true,
          recent_sign_ins: signIns.value.filter(isSignIn).length,
          suspicious_sign_ins: signIns.value.filter(isSuspicious).length,
        },
      };
    },
  };
}
