/** StopForwarding, CloseMailProtocols and StopAutomaticReplies: what a mailbox does by itself, switched off. */
import type { CloseMailProtocols, StopAutomaticReplies, StopForwarding } from '../../catalogue/account.ts';
import type { InputOf, OutputOf } from '../../catalogue/task-type.ts';
import type { JsonObject } from '../../../workflows/language/json.ts';
import type { CallContext, Performance } from '../connector.ts';
import { bring, savedFor, undoSetting, type Setting } from '../setting.ts';
import type { Workspace } from './config.ts';
import { converse, type Conversation, type Got } from './conversation.ts';
import { forwardingOf, isPopOpen, protocolsOf, repliesOf, type Protocols } from './mail-settings.ts';
import { MAIL_SETTINGS, MAIL_SHARING } from './scopes.ts';

type Opened<S extends JsonObject> = (account: string, call: CallContext) => Promise<Got<Setting<S>>>;

function opening<S extends JsonObject>(
  config: Workspace,
  scopes: readonly string[],
  settingOf: (google: Conversation, account: string) => Setting<S>,
): Opened<S> {
  return async (account, call) => {
    const google = await converse(config, call, { account, scopes });
    return google.kind === 'got' ? { kind: 'got', value: settingOf(google.value, account) } : google;
  };
}

const TRAITS = { reversibility: 'A', repeat: 'natural', timeoutMs: 60_000 } as const;

export function stopForwarding(
  config: Workspace,
): Performance<InputOf<typeof StopForwarding>, OutputOf<typeof StopForwarding>> {
  const scopes = [MAIL_SETTINGS, MAIL_SHARING];
  const open = opening(config, scopes, forwardingOf);
  return {
    ...TRAITS,
    scopes,
    async perform({ user_email }, call) {
      const setting = await open(user_email, call);
      if (setting.kind !== 'got') return setting;
      const brought = await bring(setting.value, call, () => ({ enabled: false }));
      if (brought.kind !== 'got') return brought;
      const { before, changed } = brought.value;
      const to = before['emailAddress'];
      const stopped = changed && typeof to === 'string' ? [to] : [];
      return { kind: 'done', output: { stopped, already: !changed }, ...savedFor(user_email, brought.value) };
    },
    undo: undoSetting({
      open,
      describe: (account, { emailAddress }) =>
        `Mail to ${account} is forwarded to ${typeof emailAddress === 'string' ? emailAddress : 'where it went before'} again.`,
    }),
  };
}

export function closeMailProtocols(
  config: Workspace,
): Performance<InputOf<typeof CloseMailProtocols>, OutputOf<typeof CloseMailProtocols>> {
  const scopes = [MAIL_SETTINGS];
  const open = opening(config, scopes, protocolsOf);
  return {
    ...TRAITS,
    scopes,
    async perform({ user_email }, call) {
      const setting = await open(user_email, call);
      if (setting.kind !== 'got') return setting;
      const brought = await bring(setting.value, call, (now) => ({
        imap: { ...now.imap, enabled: false },
        pop: isPopOpen(now) ? { ...now.pop, accessWindow: 'disabled' } : now.pop,
      }));
      if (brought.kind !== 'got') return brought;
      const { before, changed } = brought.value;
      const output = { closed: changed ? openIn(before) : [], already: !changed };
      return { kind: 'done', output, ...savedFor(user_email, brought.value) };
    },
    undo: undoSetting({
      open,
      describe: (account, before) =>
        `Mail programs read ${account} by ${openIn(before).join(' and ')} again.`,
    }),
  };
}

function openIn(protocols: Protocols): ('imap' | 'pop')[] {
  return [
    ...(protocols.imap['enabled'] === true ? (['imap'] as const) : []),
    ...(isPopOpen(protocols) ? (['pop'] as const) : []),
  ];
}

export function stopAutomaticReplies(
  config: Workspace,
): Performance<InputOf<typeof StopAutomaticReplies>, OutputOf<typeof StopAutomaticReplies>> {
  const scopes = [MAIL_SETTINGS];
  const open = opening(config, scopes, repliesOf);
  return {
    ...TRAITS,
    scopes,
    async perform({ user_email }, call) {
      const setting = await open(user_email, call);
      if (setting.kind !== 'got') return setting;
      const brought = await bring(setting.value, call, (now) => ({ ...now, enableAutoReply: false }));
      if (brought.kind !== 'got') return brought;
      const already = !brought.value.changed;
      return { kind: 'done', output: { already }, ...savedFor(user_email, brought.value) };
    },
    undo: undoSetting({ open, describe: (account) => `${account} answers mail automatically again.` }),
  };
}
