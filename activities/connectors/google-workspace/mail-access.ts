/** ListMailAccess: every way out of the mailbox and every other way in, at one look. */
import type { ListMailAccess } from '../../catalogue/account.ts';
import type { InputOf, OutputOf } from '../../catalogue/task-type.ts';
import type { Performance } from '../connector.ts';
import { isOurs, type Workspace } from './config.ts';
import { converse } from './conversation.ts';
import { DELEGATES, FORWARDING_ADDRESSES, readGuests } from './mail-guests.ts';
import { forwardingOf, isPopOpen, protocolsOf, repliesOf } from './mail-settings.ts';
import { MAIL_SETTINGS } from './scopes.ts';

const SCOPES = [MAIL_SETTINGS];

export function listMailAccess(
  config: Workspace,
): Performance<InputOf<typeof ListMailAccess>, OutputOf<typeof ListMailAccess>> {
  return {
    reversibility: 'none',
    repeat: 'natural',
    timeoutMs: 60_000,
    scopes: SCOPES,
    async perform({ user_email }, call) {
      const google = await converse(config, call, { account: user_email, scopes: SCOPES });
      if (google.kind !== 'got') return google;
      const forwarding = await forwardingOf(google.value, user_email).read();
      if (forwarding.kind !== 'got') return forwarding;
      const addresses = await readGuests(google.value, FORWARDING_ADDRESSES, user_email);
      if (addresses.kind !== 'got') return addresses;
      const delegates = await readGuests(google.value, DELEGATES, user_email);
      if (delegates.kind !== 'got') return delegates;
      const protocols = await protocolsOf(google.value, user_email).read();
      if (protocols.kind !== 'got') return protocols;
      const replies = await repliesOf(google.value, user_email).read();
      if (replies.kind !== 'got') return replies;
      const to = forwarding.value['emailAddress'];
      const forwards_to = typeof to === 'string' ? [to] : [];
      const all = [...new Set([...forwards_to, ...addresses.value])];
      return {
        kind: 'done',
        output: {
          user_id: user_email,
          forwards_to,
          forwarding_addresses: [...addresses.value],
          outside_addresses: all.filter((address) => !isOurs(config, address)),
          delegates: [...delegates.value],
          imap: protocols.value.imap['enabled'] === true,
          pop: isPopOpen(protocols.value),
          automatic_replies: replies.value.enableAutoReply,
        },
      };
    },
  };
}
