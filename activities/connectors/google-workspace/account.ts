/** The account a task names, as the directory knows it. */
import { z } from 'zod';
import type { Conversation, Got } from './conversation.ts';
import { refused } from './fault.ts';

const user = z.looseObject({
  id: z.string().min(1),
  primaryEmail: z.string().min(3),
  suspended: z.boolean().nullish(),
  orgUnitPath: z.string().min(1).nullish(),
  isEnrolledIn2Sv: z.boolean().nullish(),
  isEnforcedIn2Sv: z.boolean().nullish(),
});
export type Account = z.output<typeof user>;

/**
 * Refused when the address is an alias: policy has decided over the name it was given, and under another
 * name the same account may be one it protects.
 */
export async function readAccount(google: Conversation, address: string): Promise<Got<Account>> {
  const got = await google.read('admin', user, ({ directory }) => directory.users.get({ userKey: address }));
  if (got.kind !== 'got') {
    if (got.fault.code !== 'google_404') return got;
    return refused('account_unknown', `${address} is no account of this google directory`);
  }
  if (got.value.primaryEmail.toLowerCase() !== address.toLowerCase())
    return refused(
      'alias',
      `${address} is another address of ${got.value.primaryEmail}; name the account by its primary address`,
    );
  return got;
}
