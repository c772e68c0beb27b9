/** Gmail settings: filters and switches. Paths, parameters and shapes as in Google's generated client. */
import { isObject, type Json, type JsonObject } from '../../workflows/language/json.ts';
import type { Reply } from '../serve.ts';
import { addFilter, type Account, type MailSettings } from './accounts.ts';
import { errorReply } from './error-reply.ts';
import type { Fields, Route, Visit } from './route.ts';

const AUTH = 'https://www.googleapis.com/auth/';
export const MANAGE = `${AUTH}gmail.settings.basic`;
export const SHARE = `${AUTH}gmail.settings.sharing`;
const READ = [MANAGE, `${AUTH}gmail.readonly`, `${AUTH}gmail.modify`, 'https://mail.google.com/'];
export const SETTINGS = '/gmail/v1/users/{user}/settings';

/** Lists that are empty are left out of the answer. */
export function list(name: string, entries: readonly Json[]): Reply {
  return { status: 200, body: entries.length === 0 ? {} : { [name]: entries } };
}

export function reading(setting: string, answer: (account: Account) => Reply): Route {
  const path = `${SETTINGS}/${setting}`;
  return { method: 'GET', path, scopes: READ, side: 'mailbox', answer: ({ account }) => answer(account) };
}

/** A setting that is read and written whole. `accept` says what is wrong with a body, or what is stored of it. */
function setting<Name extends keyof MailSettings>(
  name: Name,
  scope: string,
  body: Fields,
  accept: (body: JsonObject, account: Account) => MailSettings[Name] | Reply,
): readonly Route[] {
  return [
    reading(name, ({ mail }) => ({ status: 200, body: mail[name] })),
    {
      method: 'PUT',
      path: `${SETTINGS}/${name}`,
      scopes: [scope],
      side: 'mailbox',
      body,
      answer({ account, body: sent, changed }) {
        const stored = accept(sent, account);
        if ('status' in stored) return stored as Reply;
        const next = stored;
        if (JSON.stringify(next) !== JSON.stringify(account.mail[name])) changed(`${name} set`);
        account.mail[name] = next;
        return { status: 200, body: next };
      },
    },
  ];
}

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
const invalid = (what: string): Reply => errorReply(400, `Invalid ${what}`, 'invalidArgument');

/** Forwarding that is off has no address any more; one that is on needs an address whose owner confirmed it. */
function forwarding(
  body: JsonObject,
  { forwardingAddresses }: Account,
): MailSettings['autoForwarding'] | Reply {
  if (body['enabled'] !== true) return { enabled: false };
  const emailAddress = text(body['emailAddress']);
  const disposition = text(body['disposition']);
  if (forwardingAddresses.get(emailAddress) !== 'accepted')
    return errorReply(400, 'Unrecognized forwarding address', 'failedPrecondition');
  if (!['leaveInInbox', 'archive', 'trash', 'markRead'].includes(disposition)) return invalid('disposition');
  return { enabled: true, emailAddress, disposition };
}

function pop(body: JsonObject): MailSettings['pop'] | Reply {
  const accessWindow = text(body['accessWindow']);
  if (!['disabled', 'fromNowOn', 'allMail'].includes(accessWindow)) return invalid('accessWindow');
  return { accessWindow, disposition: text(body['disposition']) || 'leaveInInbox' };
}

/** The same filter twice is refused, and so is forwarding to an address that is not confirmed. */
function createFilter({ account, body, changed }: Visit): Reply {
  const { criteria, action } = body;
  if (!isObject(criteria) || !isObject(action) || Object.keys(action).length === 0) return invalid('filter');
  const forward = action['forward'];
  if (forward !== undefined && account.forwardingAddresses.get(text(forward)) !== 'accepted')
    return errorReply(400, 'Unrecognized forwarding address', 'failedPrecondition');
  const wording = JSON.stringify({ criteria, action });
  const twin = [...account.filters.values()].some(
    (one) => JSON.stringify({ criteria: one.criteria, action: one.action }) === wording,
  );
  if (twin) return errorReply(400, 'Filter already exists', 'failedPrecondition');
  const id = addFilter(account, criteria, action);
  changed(`filter ${id} made`);
  return { status: 200, body: { id, criteria, action } };
}

export const gmailRoutes: readonly Route[] = [
  reading('filters', ({ filters }) =>
    list(
      'filter',
      [...filters.values()].map((filter): Json => ({ ...filter })),
    ),
  ),
  {
    method: 'POST',
    path: `${SETTINGS}/filters`,
    scopes: [MANAGE],
    side: 'mailbox',
    body: {
      criteria: {
        from: 'string',
        to: 'string',
        subject: 'string',
        query: 'string',
        negatedQuery: 'string',
        hasAttachment: 'boolean',
        excludeChats: 'boolean',
        size: 'number',
        sizeComparison: 'string',
      },
      action: { addLabelIds: 'strings', removeLabelIds: 'strings', forward: 'string' },
    },
    answer: createFilter,
  },
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
  ...setting(
    'autoForwarding',
    SHARE,
    { enabled: 'boolean', emailAddress: 'string', disposition: 'string' },
    forwarding,
  ),
  ...setting(
    'imap',
    MANAGE,
    { enabled: 'boolean', autoExpunge: 'boolean', expungeBehavior: 'string', maxFolderSize: 'number' },
    (body, { mail }) => ({ ...mail.imap, ...body, enabled: body['enabled'] === true }),
  ),
  ...setting('pop', MANAGE, { accessWindow: 'string', disposition: 'string' }, pop),
  ...setting(
    'vacation',
    MANAGE,
    {
      enableAutoReply: 'boolean',
      responseSubject: 'string',
      responseBodyPlainText: 'string',
      responseBodyHtml: 'string',
      restrictToContacts: 'boolean',
      restrictToDomain: 'boolean',
      startTime: 'string',
      endTime: 'string',
    },
    // Written whole: what is not sent is gone.
    (body) => ({
      restrictToContacts: false,
      restrictToDomain: false,
      ...body,
      enableAutoReply: body['enableAutoReply'] === true,
    }),
  ),
  reading('sendAs', ({ email }) =>
    list('sendAs', [
      { sendAsEmail: email, displayName: '', isPrimary: true, isDefault: true, signature: '' },
    ]),
  ),
];
