/** Gmail settings. Paths, parameters and shapes as in Google's generated client. */
import type { Json } from '../../workflows/language/json.ts';
import type { Reply } from '../serve.ts';
import type { Account } from './accounts.ts';
import { errorReply } from './error-reply.ts';
import type { Route } from './route.ts';

const AUTH = 'https://www.googleapis.com/auth/';
const MANAGE = `${AUTH}gmail.settings.basic`;
const READ = [MANAGE, `${AUTH}gmail.readonly`, `${AUTH}gmail.modify`, 'https://mail.google.com/'];
const SETTINGS = '/gmail/v1/users/{user}/settings';

/** Lists that are empty are left out of the answer. */
function list(name: string, entries: readonly Json[]): Reply {
  return { status: 200, body: entries.length === 0 ? {} : { [name]: entries } };
}

function reading(setting: string, answer: (account: Account) => Reply): Route {
  const path = `${SETTINGS}/${setting}`;
  return { method: 'GET', path, scopes: READ, side: 'mailbox', answer: ({ account }) => answer(account) };
}

const accepted = 'accepted';

export const gmailRoutes: readonly Route[] = [
  reading('filters', ({ filters }) =>
    list(
      'filter',
      [...filters.values()].map((filter): Json => ({ ...filter })),
    ),
  ),
  {
    method: 'DELETE',
    path: `${SETTINGS}/filters/{id}`,
    scopes: [MANAGE],
    side: 'mailbox',
    answer({ account, param, changed }) {
      if (!account.filters.delete(param('id'))) return errorReply(404, 'Requested entity was not found.');
      changed(`filter ${param('id')} removed`);
      return { status: 204 };
    },
  },
  reading('forwardingAddresses', ({ forwardingAddresses }) =>
    list(
      'forwardingAddresses',
      [...forwardingAddresses].map((forwardingEmail) => ({ forwardingEmail, verificationStatus: accepted })),
    ),
  ),
  reading('autoForwarding', () => ({ status: 200, body: { enabled: false } })),
  reading('sendAs', ({ email }) =>
    list('sendAs', [
      { sendAsEmail: email, displayName: '', isPrimary: true, isDefault: true, signature: '' },
    ]),
  ),
  reading('delegates', ({ delegates }) =>
    list(
      'delegates',
      [...delegates].map((delegateEmail) => ({ delegateEmail, verificationStatus: accepted })),
    ),
  ),
  reading('imap', ({ imapEnabled }) => ({
    status: 200,
    body: { enabled: imapEnabled, autoExpunge: true, expungeBehavior: 'archive', maxFolderSize: 0 },
  })),
  reading('pop', () => ({ status: 200, body: { accessWindow: 'disabled', disposition: 'leaveInInbox' } })),
  reading('vacation', () => ({
    status: 200,
    body: { enableAutoReply: false, restrictToContacts: false, restrictToDomain: false },
  })),
];
