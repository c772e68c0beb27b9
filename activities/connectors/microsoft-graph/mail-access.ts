/** ListMailAccess and StopAutomaticReplies: what a mailbox does by itself, as far as Graph tells. */
import type { MailboxSettings, MessageRule } from '@microsoft/microsoft-graph-types';
import { ListMailAccess, StopAutomaticReplies } from '../../catalogue/account.ts';
import type { JsonObject } from '../../../workflows/language/json.ts';
import { bring, savedFor, undoSetting, type Setting } from '../setting.ts';
import type { Graph } from './client.ts';
import { PROVIDER, unavailable } from './fault.ts';
import { deed, domainsOf, rulesPath, user } from './performance.ts';
import { outsideRecipients } from './suspicion.ts';

/** When it answers; what it says stays where it is. */
type Replies = JsonObject & { readonly status: string };

function repliesOf(graph: Graph, address: string): Setting<Replies> {
  const path = `${user(address)}/mailboxSettings`;
  return {
    what: `the automatic reply of ${address}`,
    async read() {
      const found = await graph.get<MailboxSettings>(path);
      if (found.kind !== 'got') return found;
      const setting = found.value.automaticRepliesSetting;
      if (!setting?.status)
        return unavailable(
          `${PROVIDER}_unreadable`,
          `the mailbox settings of ${address} do not tell whether it answers automatically`,
        );
      const { status, scheduledStartDateTime, scheduledEndDateTime } = setting;
      const scheduled = { status, scheduledStartDateTime, scheduledEndDateTime };
      // The times of a reply that is not scheduled mean nothing, and Exchange moves them.
      return { kind: 'got', value: (status === 'scheduled' ? scheduled : { status }) as Replies };
    },
    write: (to) => graph.change('PATCH', path, { automaticRepliesSetting: to }),
  };
}

export const stopAutomaticReplies = deed(StopAutomaticReplies, {
  reversibility: 'A',
  repeat: 'natural',
  timeoutMs: 60_000,
  scopes: ['MailboxSettings.ReadWrite'],
  async perform({ user_email }, { graph, call }) {
    const brought = await bring(repliesOf(graph, user_email), call, () => ({ status: 'disabled' }));
    if (brought.kind !== 'got') return brought;
    const already = !brought.value.changed;
    return { kind: 'done', output: { already }, ...savedFor(user_email, brought.value) };
  },
  undo: (bind) =>
    undoSetting<Replies>({
      open: async (account, call) => ({ kind: 'got', value: repliesOf(bind(call).graph, account) }),
      describe: (account) => `${account} answers mail automatically again.`,
    }),
});

/** Forwarding by rule. Forwarding of the whole mailbox, delegates and mail protocols are told by Exchange only. */
export const listMailAccess = deed(ListMailAccess, {
  reversibility: 'none',
  repeat: 'natural',
  timeoutMs: 60_000,
  scopes: ['MailboxSettings.Read'],
  async perform({ user_email }, { graph, ownDomains }) {
    const rules = await graph.list<MessageRule>(rulesPath(user_email));
    if (rules.kind !== 'got') return rules;
    const replies = await repliesOf(graph, user_email).read();
    if (replies.kind !== 'got') return replies;
    const running = rules.value.filter(({ isEnabled }) => isEnabled === true);
    const to = (domains: readonly string[]) => [
      ...new Set(running.flatMap(({ actions }) => outsideRecipients(actions ?? {}, domains))),
    ];
    return {
      kind: 'done',
      output: {
        user_id: user_email,
        forwards_to: to([]),
        forwarding_addresses: null,
        outside_addresses: to(domainsOf(ownDomains, user_email)),
        delegates: null,
        imap: null,
        pop: null,
        automatic_replies: replies.value.status !== 'disabled',
      },
    };
  },
});
