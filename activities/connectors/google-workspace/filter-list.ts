/** The filters of a mailbox. */
import { z } from 'zod';
import type { Conversation, Got } from './conversation.ts';
import { filterBody, type MailFilter } from './suspicion.ts';

/** Google leaves the list out when it is empty. */
const filterList = z.looseObject({ filter: z.array(filterBody).nullish() });

export async function readFilters(
  google: Conversation,
  mailbox: string,
): Promise<Got<readonly MailFilter[]>> {
  const got = await google.read('mailbox', filterList, ({ gmail }) =>
    gmail.users.settings.filters.list({ userId: mailbox }),
  );
  return got.kind === 'got' ? { kind: 'got', value: got.value.filter ?? [] } : got;
}
