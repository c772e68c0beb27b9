/** Gmail settings that let others in: forwarding addresses and delegates. */
import type { Reply } from '../serve.ts';
import { errorReply } from './error-reply.ts';
import { list, reading, SETTINGS, SHARE } from './gmail.ts';
import type { Route, Visit } from './route.ts';

const named = ({ body }: Visit, field: string): string => {
  const value = body[field];
  return typeof value === 'string' ? value.toLowerCase() : '';
};
const domain = (address: string): string => address.slice(address.lastIndexOf('@') + 1);
const gone = (): Reply => errorReply(404, 'Requested entity was not found.');

/** Inside the organisation an address needs no confirming; outside it waits for its owner. */
function addForwarding(visit: Visit): Reply {
  const { account, changed } = visit;
  const forwardingEmail = named(visit, 'forwardingEmail');
  if (!forwardingEmail.includes('@')) return errorReply(400, 'Invalid forwardingEmail', 'invalidArgument');
  if (account.forwardingAddresses.has(forwardingEmail)) return errorReply(409, 'Address already exists');
  const verificationStatus = domain(forwardingEmail) === domain(account.email) ? 'accepted' : 'pending';
  account.forwardingAddresses.set(forwardingEmail, verificationStatus);
  changed(`forwarding address ${forwardingEmail} added, ${verificationStatus}`);
  return { status: 200, body: { forwardingEmail, verificationStatus } };
}

/** Forwarding to it ends with it. */
function removeForwarding({ account, param, changed }: Visit): Reply {
  const address = param('address').toLowerCase();
  if (!account.forwardingAddresses.delete(address)) return gone();
  if (account.mail.autoForwarding['emailAddress'] === address)
    account.mail.autoForwarding = { enabled: false };
  changed(`forwarding address ${address} removed`);
  return { status: 204 };
}

function addDelegate(visit: Visit): Reply {
  const { account, changed } = visit;
  const delegateEmail = named(visit, 'delegateEmail');
  if (domain(delegateEmail) !== domain(account.email))
    return errorReply(
      400,
      'Delegate and delegator must belong to the same organization',
      'failedPrecondition',
    );
  if (account.delegates.has(delegateEmail)) return errorReply(409, 'Delegate already exists');
  account.delegates.add(delegateEmail);
  changed(`delegate ${delegateEmail} added`);
  return { status: 200, body: { delegateEmail, verificationStatus: 'accepted' } };
}

function removeDelegate({ account, param, changed }: Visit): Reply {
  const address = param('address').toLowerCase();
  if (!account.delegates.delete(address)) return gone();
  changed(`delegate ${address} removed`);
  return { status: 204 };
}

const sharing = { scopes: [SHARE], side: 'mailbox' } as const;

export const gmailGuestRoutes: readonly Route[] = [
  reading('forwardingAddresses', ({ forwardingAddresses }) =>
    list(
      'forwardingAddresses',
      [...forwardingAddresses].map(([forwardingEmail, verificationStatus]) => ({
        forwardingEmail,
        verificationStatus,
      })),
    ),
  ),
  {
    ...sharing,
    method: 'POST',
    path: `${SETTINGS}/forwardingAddresses`,
    body: { forwardingEmail: 'string' },
    answer: addForwarding,
  },
  {
    ...sharing,
    method: 'DELETE',
    path: `${SETTINGS}/forwardingAddresses/{address}`,
    answer: removeForwarding,
  },
  reading('delegates', ({ delegates }) =>
    list(
      'delegates',
      [...delegates].map((delegateEmail) => ({ delegateEmail, verificationStatus: 'accepted' })),
    ),
  ),
  {
    ...sharing,
    method: 'POST',
    path: `${SETTINGS}/delegates`,
    body: { delegateEmail: 'string' },
    answer: addDelegate,
  },
  { ...sharing, method: 'DELETE', path: `${SETTINGS}/delegates/{address}`, answer: removeDelegate },
];
