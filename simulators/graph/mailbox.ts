/** Endpoints of Exchange Online: settings, folders, inbox rules. */
import type { MailFolder } from '@microsoft/microsoft-graph-types';
import type { Json } from '../../workflows/language/json.ts';
import type { Reply } from '../serve.ts';
import { page, removeById, type Endpoint, type Visit } from './endpoint.ts';
import { graphError } from './error.ts';
import { withUser } from './people.ts';

const SETTINGS_READERS = ['MailboxSettings.Read', 'MailboxSettings.ReadWrite'];
const denial = 'ErrorAccessDenied';

function notInStore(): Reply {
  return graphError(404, 'ErrorItemNotFound', 'The specified object was not found in the store.');
}

function getFolder(visit: Visit): Reply {
  return withUser(visit, (account) => {
    const id = visit.part['folder'] ?? '';
    const displayName = account.folders.get(id);
    if (displayName === undefined) return notInStore();
    return { status: 200, body: { id, displayName } satisfies MailFolder };
  });
}

function deleteRule(visit: Visit): Reply {
  return withUser(visit, (account) => {
    const id = visit.part['rule'] ?? '';
    if (!removeById(account.rules, id)) return notInStore();
    visit.effect(account.user.userPrincipalName, `inbox rule ${id} removed`);
    return { status: 204 };
  });
}

export const mailbox: readonly Endpoint[] = [
  {
    method: 'GET',
    path: 'users/:user/mailboxSettings',
    roles: SETTINGS_READERS,
    denial,
    serve: (visit) =>
      withUser(visit, (account) => ({ status: 200, body: account.mailbox as unknown as Json })),
  },
  {
    method: 'GET',
    path: 'users/:user/mailFolders/:folder',
    roles: ['Mail.ReadBasic.All', 'Mail.Read', 'Mail.ReadWrite'],
    denial,
    serve: getFolder,
  },
  {
    method: 'GET',
    path: 'users/:user/mailFolders/inbox/messageRules',
    roles: SETTINGS_READERS,
    denial,
    serve: (visit) => withUser(visit, (account) => page(visit, account.rules)),
  },
  {
    method: 'DELETE',
    path: 'users/:user/mailFolders/inbox/messageRules/:rule',
    roles: ['MailboxSettings.ReadWrite'],
    denial,
    serve: deleteRule,
  },
];
