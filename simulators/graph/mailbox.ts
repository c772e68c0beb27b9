/** Endpoints of Exchange Online: settings, folders, inbox rules. */
import type { AutomaticRepliesSetting, MailFolder } from '@microsoft/microsoft-graph-types';
import { isObject, type Json } from '../../workflows/language/json.ts';
import type { Reply } from '../serve.ts';
import { bodyOf, page, removeById, textOf, unknownProperty, type Endpoint, type Visit } from './endpoint.ts';
import { graphError } from './error.ts';
import { withUser } from './people.ts';
import { exchangeId } from './state.ts';

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

const REPLY_FIELDS = [
  'status',
  'externalAudience',
  'externalReplyMessage',
  'internalReplyMessage',
  'scheduledStartDateTime',
  'scheduledEndDateTime',
];

/** What is not sent stays. */
function patchSettings(visit: Visit): Reply {
  return withUser(visit, (account) => {
    const replies = bodyOf(visit, ['automaticRepliesSetting'])?.['automaticRepliesSetting'];
    if (!isObject(replies) || Object.keys(replies).some((name) => !REPLY_FIELDS.includes(name)))
      return unknownProperty();
    const { status } = replies;
    if (status !== undefined && !['disabled', 'alwaysEnabled', 'scheduled'].includes(textOf(status)))
      return graphError(400, 'ErrorInvalidRequest', 'The status of the automatic reply is not known.');
    const before = account.mailbox.automaticRepliesSetting ?? {};
    const after: AutomaticRepliesSetting = { ...before, ...replies };
    if (JSON.stringify(before) !== JSON.stringify(after))
      visit.effect(account.user.userPrincipalName, `automatic reply ${String(after.status)}`);
    account.mailbox = { ...account.mailbox, automaticRepliesSetting: after };
    return { status: 200, body: account.mailbox as unknown as Json };
  });
}

const RULE_FIELDS = ['displayName', 'sequence', 'isEnabled', 'conditions', 'actions', 'exceptions'];

function patchRule(visit: Visit): Reply {
  return withUser(visit, (account) => {
    const id = visit.part['rule'] ?? '';
    const rule = account.rules.find((one) => one.id === id);
    const body = bodyOf(visit, RULE_FIELDS);
    if (rule === undefined) return notInStore();
    if (body === null) return unknownProperty();
    const before = JSON.stringify(rule);
    Object.assign(rule, body);
    if (JSON.stringify(rule) !== before)
      visit.effect(account.user.userPrincipalName, `inbox rule ${id} changed`);
    return { status: 200, body: rule as unknown as Json };
  });
}

function createRule(visit: Visit): Reply {
  return withUser(visit, (account) => {
    const body = bodyOf(visit, RULE_FIELDS);
    if (body === null || typeof body['displayName'] !== 'string' || !isObject(body['actions']))
      return unknownProperty();
    const rule = { id: exchangeId(), hasError: false, isReadOnly: false, isEnabled: true, ...body };
    account.rules.push(rule);
    visit.effect(account.user.userPrincipalName, `inbox rule ${rule.id} made`);
    return { status: 201, body: rule };
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
    method: 'PATCH',
    path: 'users/:user/mailboxSettings',
    roles: ['MailboxSettings.ReadWrite'],
    denial,
    serve: patchSettings,
  },
  {
    method: 'POST',
    path: 'users/:user/mailFolders/inbox/messageRules',
    roles: ['MailboxSettings.ReadWrite'],
    denial,
    serve: createRule,
  },
  {
    method: 'PATCH',
    path: 'users/:user/mailFolders/inbox/messageRules/:rule',
    roles: ['MailboxSettings.ReadWrite'],
    denial,
    serve: patchRule,
  },
  {
    method: 'DELETE',
    path: 'users/:user/mailFolders/inbox/messageRules/:rule',
    roles: ['MailboxSettings.ReadWrite'],
    denial,
    serve: deleteRule,
  },
];
