/** Task types of the mailbox playbooks: a compromised account at Google Workspace or Microsoft Entra. */
import { z } from 'zod';
import { taskType } from './task-type.ts';
import { mailDomainOf, secretReference, sha256 } from './values.ts';

/** One mail address; compared in lower case. Long input is refused before the pattern runs. */
export const mailAddress = z
  .string()
  .max(254)
  .regex(/^[^\s@<>"(),;:\\]+@[A-Za-z0-9.-]+$/)
  .describe('A mail address');
const userKey = mailAddress.describe('The account, by its primary mail address');
/** The account a mailbox task acts on, as policy and directory know it. */
export function accountTarget(address: string): string {
  return address.normalize('NFKC').toLowerCase();
}

export const ProofOfControl = taskType({
  name: 'ProofOfControl',
  summary: 'Reads the account and its recent sign-ins: it exists, is ours, and can be acted on.',
  input: z.strictObject({ account_email: userKey }),
  output: z.strictObject({
    user_email: mailAddress,
    directory_id: z.string().describe('Immutable id in the directory'),
    suspended: z.boolean(),
    enrolled_2fa: z.boolean(),
    recent_sign_ins: z.int().min(0),
    suspicious_sign_ins: z.int().min(0),
  }),
  targets: (input) => [accountTarget(input.account_email)],
});

export const EvidenceSnapshot = taskType({
  name: 'EvidenceSnapshot',
  summary: 'Collects the mailbox settings, grants and methods and stores them by hash.',
  input: z.strictObject({
    user_email: userKey,
    case_id: z.string().min(1).max(128),
    kind: z.enum(['log', 'settings']).default('settings'),
  }),
  output: z.strictObject({
    artifact: sha256.describe('SHA-256 of the manifest, which lists every item'),
    items: z.array(z.strictObject({ name: z.string(), sha256, bytes: z.int().min(0) })),
  }),
  targets: (input) => [accountTarget(input.user_email)],
});

export const ListFilters = taskType({
  name: 'ListFilters',
  summary: 'Lists mail filters or rules and says which look like an intruder’s, and why.',
  input: z.strictObject({ user_email: userKey }),
  output: z.strictObject({
    user_id: mailAddress.describe('The account key that other tasks may use'),
    count: z.int().min(0),
    suspicious_ids: z.array(z.string().max(512)),
    suspicious: z.array(z.strictObject({ id: z.string(), reasons: z.array(z.string()) })),
  }),
  targets: (input) => [accountTarget(input.user_email)],
});

export const DeleteFilter = taskType({
  name: 'DeleteFilter',
  summary: 'Removes the named filters or rules; what they said is kept as evidence first.',
  input: z.strictObject({ user_email: userKey, filter_ids: z.array(z.string().min(1).max(512)).max(1000) }),
  output: z.strictObject({
    removed: z.array(z.string()),
    already_gone: z.array(z.string()),
    saved: sha256
      .nullable()
      .describe('Evidence holding the removed filters, for undo; null when none existed'),
  }),
  targets: (input) => [accountTarget(input.user_email)],
});

export const RotatePassword = taskType({
  name: 'RotatePassword',
  summary: 'Sets a new password that only a secret reference knows; the user must change it at next sign-in.',
  input: z.strictObject({
    user_email: userKey,
    new_password_enc: secretReference
      .nullish()
      .describe('Use this secret instead of generating one; a reference, never a password'),
  }),
  output: z.strictObject({ password_ref: secretReference, must_change: z.boolean() }),
  targets: (input) => [accountTarget(input.user_email)],
});

export const Enroll2FA = taskType({
  name: 'Enroll2FA',
  summary:
    'Asks the user to enrol a second factor, which no interface can do for them, and waits until they have.',
  input: z.strictObject({ user_email: userKey }),
  output: z.strictObject({ enrolled: z.boolean() }),
  targets: (input) => [accountTarget(input.user_email)],
});

export const RevokeOAuthTokens = taskType({
  name: 'RevokeOAuthTokens',
  summary: 'Revokes third-party grants and app passwords and signs the account out everywhere.',
  input: z.strictObject({ user_id: userKey }),
  output: z.strictObject({
    revoked_clients: z.array(z.string()),
    revoked_app_passwords: z.int().min(0),
    sessions_revoked: z.boolean(),
  }),
  targets: (input) => [accountTarget(input.user_id)],
});

export const HardeningCoach = taskType({
  name: 'HardeningCoach',
  summary: 'Writes advice from what was found and mails it to the user.',
  input: z.strictObject({
    user_email: userKey,
    suspicious: z
      .array(z.strictObject({ id: z.string(), reasons: z.array(z.string()) }))
      .max(1000)
      .default([]),
    revoked_clients: z.array(z.string()).max(1000).default([]),
    revoked_app_passwords: z.int().min(0).default(0),
    enrolled_2fa: z.boolean().default(false),
  }),
  output: z.strictObject({ message_id: z.string(), advice: z.array(z.string()) }),
  targets: (input) => [accountTarget(input.user_email)],
  reaches: (input) => mailDomainOf(input.user_email),
});

export const emailTaskTypes = [
  ProofOfControl,
  EvidenceSnapshot,
  ListFilters,
  DeleteFilter,
  RotatePassword,
  Enroll2FA,
  RevokeOAuthTokens,
  HardeningCoach,
] as const;
