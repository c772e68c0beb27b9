/**
 * Task types that contain an account step by step, each one switch with its own way back: what leaves the mailbox,
 * who else reads it, how its owner signs in.
 */
import { z } from 'zod';
import { accountTarget, mailAddress } from './email.ts';
import { taskType } from './task-type.ts';
import { secretReference, sha256, timestamp } from './values.ts';

const user_email = mailAddress.describe('The account, by its primary mail address');
const account = z.strictObject({ user_email });
const itself = (input: { readonly user_email: string }) => [accountTarget(input.user_email)];
const already = z.boolean().describe('It was so before, without this task');
const addresses = z.array(mailAddress).min(1).max(100);
const removal = { removed: z.array(z.string()), already_gone: z.array(z.string()) };
const id = z.string().min(1).max(512);

export const ListMailAccess = taskType({
  name: 'ListMailAccess',
  summary: 'Lists where mail goes by itself and who else gets at the mailbox, and what of it leads outside.',
  input: account,
  output: z.strictObject({
    user_id: mailAddress.describe('The account key that other tasks may use'),
    forwards_to: z.array(z.string()).describe('Where mail goes by itself now'),
    forwarding_addresses: z.array(z.string()).nullable().describe('Null where the provider has no such list'),
    outside_addresses: z.array(z.string()).describe('Those of both lists outside the organisation'),
    delegates: z.array(z.string()).nullable().describe('Null where the interface does not tell'),
    imap: z.boolean().nullable(),
    pop: z.boolean().nullable(),
    automatic_replies: z.boolean(),
  }),
  targets: itself,
});

export const StopForwarding = taskType({
  name: 'StopForwarding',
  summary:
    'Switches off what sends mail out of the organisation by itself: auto-forwarding, or the rules that do it.',
  input: account,
  output: z.strictObject({ stopped: z.array(z.string()).describe('Where mail went until now'), already }),
  targets: itself,
});

export const RemoveForwardingAddresses = taskType({
  name: 'RemoveForwardingAddresses',
  summary: 'Takes the named addresses off the list of those that mail may be forwarded to.',
  input: z.strictObject({ user_email, addresses }),
  output: z.strictObject(removal),
  targets: itself,
});

export const RemoveDelegates = taskType({
  name: 'RemoveDelegates',
  summary: 'Ends the access of the named persons who may read and send mail for this account.',
  input: z.strictObject({ user_email, delegates: addresses }),
  output: z.strictObject(removal),
  targets: itself,
});

export const CloseMailProtocols = taskType({
  name: 'CloseMailProtocols',
  summary: 'Switches off IMAP and POP, by which mail programs read the mailbox.',
  input: account,
  output: z.strictObject({ closed: z.array(z.enum(['imap', 'pop'])), already }),
  targets: itself,
});

export const StopAutomaticReplies = taskType({
  name: 'StopAutomaticReplies',
  summary: 'Switches off the automatic reply, which an intruder may have worded.',
  input: account,
  output: z.strictObject({ already }),
  targets: itself,
});

export const DisableFilter = taskType({
  name: 'DisableFilter',
  summary: 'Switches the named rules off and leaves them where they are.',
  input: z.strictObject({ user_email, filter_ids: z.array(id).max(1000) }),
  output: z.strictObject({
    disabled: z.array(z.string()),
    already_disabled: z.array(z.string()),
    gone: z.array(z.string()).describe('No such rule is there'),
  }),
  targets: itself,
});

export const SuspendAccount = taskType({
  name: 'SuspendAccount',
  summary: 'Locks the account: nobody signs in to it, its owner included, until it is restored.',
  input: account,
  output: z.strictObject({ suspended: z.literal(true), already }),
  targets: itself,
});

export const RequireSecondFactor = taskType({
  name: 'RequireSecondFactor',
  summary: 'Puts the account where a second factor is demanded: an organisational unit, or a group.',
  input: account,
  output: z.strictObject({ through: z.string().describe('The unit or group that demands it'), already }),
  targets: itself,
});

export const RevokeAppAccess = taskType({
  name: 'RevokeAppAccess',
  summary: 'Revokes third-party grants, application roles and app passwords; sessions go on.',
  input: account,
  output: z.strictObject({ revoked_clients: z.array(z.string()), revoked_app_passwords: z.int().min(0) }),
  targets: itself,
});

export const SignOut = taskType({
  name: 'SignOut',
  summary: 'Ends every session of the account, its owner’s too.',
  input: account,
  output: z.strictObject({ sessions_revoked: z.literal(true) }),
  targets: itself,
});

export const ListAuthenticationMethods = taskType({
  name: 'ListAuthenticationMethods',
  summary: 'Lists what the account can sign in with, and what of it was added in the last seven days.',
  input: account,
  output: z.strictObject({
    methods: z.array(z.strictObject({ id, kind: z.string(), added: timestamp.nullable() })),
    recent_ids: z.array(z.string()).describe('Added in the last seven days'),
  }),
  targets: itself,
});

export const RemoveAuthenticationMethods = taskType({
  name: 'RemoveAuthenticationMethods',
  summary: 'Removes the named second factors; only the user can add them again.',
  input: z.strictObject({ user_email, method_ids: z.array(id).max(100) }),
  output: z.strictObject({
    ...removal,
    saved: sha256.nullable().describe('Evidence that lists the removed; null when none were there'),
  }),
  targets: itself,
});

export const IssueAccessPass = taskType({
  name: 'IssueAccessPass',
  summary:
    'Issues a pass of limited life with which the user can set up a second factor; only a reference knows it.',
  input: z.strictObject({
    user_email,
    lifetime_minutes: z.int().min(10).max(43_200).default(60),
    usable_once: z.boolean().default(true),
  }),
  output: z.strictObject({ pass_ref: secretReference, expires: timestamp }),
  targets: itself,
});

export const accountTaskTypes = [
  ListMailAccess,
  StopForwarding,
  RemoveForwardingAddresses,
  RemoveDelegates,
  CloseMailProtocols,
  StopAutomaticReplies,
  DisableFilter,
  SuspendAccount,
  RequireSecondFactor,
  RevokeAppAccess,
  SignOut,
  ListAuthenticationMethods,
  RemoveAuthenticationMethods,
  IssueAccessPass,
] as const;
