/** NotifyTeam: one notice to the channel that the operator configured under its name. */
import type { InputOf, OutputOf } from '../../catalogue/task-type.ts';
import type { NotifyTeam } from '../../catalogue/device.ts';
import type { EgressSettings } from '../../egress/egress.ts';
import type { Json } from '../../../workflows/language/json.ts';
import type { Answer, CallContext, Performance, Undo } from '../connector.ts';
import type { Channel, Mailing } from './config.ts';
import { sendMail } from './mail.ts';
import { noticeFor, type Notice } from './notice.ts';
import { openBot, SLACK_SCOPES } from './slack-bot.ts';
import { slackText } from './slack-text.ts';
import { LARGEST_CARD, teamsCard } from './teams-card.ts';
import { post, type Posted } from './webhook.ts';

type Input = InputOf<typeof NotifyTeam>;
type Output = OutputOf<typeof NotifyTeam>;
type Channels = { readonly [name: string]: Channel };

const SLACK_HOOKS = ['https://hooks.slack.com'];
const TEAMS_WORKFLOWS = ['https://*.logic.azure.com', 'https://*.api.powerplatform.com'];

/** What it promises is what the least of its channels can keep: only Slack's bot can look, and take back. */
export function notifyTeam(
  channels: Channels,
  mailing: Mailing | null,
  egress?: EgressSettings,
): Performance<Input, Output> {
  const all = Object.values(channels);
  const findable = all.every(({ kind }) => kind === 'slack_bot');
  return {
    reversibility: findable ? 'B' : 'C',
    repeat: findable ? 'marker' : 'none',
    timeoutMs: 60_000,
    scopes: all.some(({ kind }) => kind === 'slack_bot') ? SLACK_SCOPES : [],
    perform: (input, call) => tell(channels, mailing, input, call, egress),
    ...(findable ? { undo: takingBack(channels, egress) } : {}),
  };
}

async function tell(
  channels: Channels,
  mailing: Mailing | null,
  input: Input,
  call: CallContext,
  egress?: EgressSettings,
): Promise<Answer<Output>> {
  const channel = Object.hasOwn(channels, input.channel) ? channels[input.channel] : undefined;
  if (channel === undefined)
    return refused('unknown_channel', `no channel ${input.channel} is configured under notify.channels`);
  const notice = noticeFor(input, call.caseId);
  switch (channel.kind) {
    case 'mail':
      return mailing === null
        ? refused('no_mail', 'no mail server is configured')
        : byMail(mailing, channel.address, notice, call);
    case 'slack_webhook': {
      const { url, hosts = SLACK_HOOKS } = channel;
      return answered(
        await post({ provider: 'slack', url, hosts, body: { ...slackText(notice) } }, call, egress),
      );
    }
    case 'teams_workflow': {
      const { url, hosts = TEAMS_WORKFLOWS } = channel;
      const body = teamsCard(notice);
      if (Buffer.byteLength(JSON.stringify(body)) > LARGEST_CARD)
        return refused('teams_too_large', 'the message is larger than Teams takes; shorten it');
      return answered(await post({ provider: 'teams', url, hosts, body }, call, egress));
    }
    case 'slack_bot':
      return byBot(channel, input.channel, notice, call, egress);
    default:
      return channel satisfies never;
  }
}

async function byMail(
  mailing: Mailing,
  to: string,
  { title, message, report }: Notice,
  call: CallContext,
): Promise<Answer<Output>> {
  const text = [message, ...(report === null ? [] : [`Report: ${report}`])].join('\n\n');
  const sent = await sendMail(mailing, call, { to, subject: title, text });
  return sent.kind === 'sent' ? { kind: 'done', output: { message_id: sent.id } } : sent;
}

async function byBot(
  channel: Extract<Channel, { readonly kind: 'slack_bot' }>,
  name: string,
  notice: Notice,
  call: CallContext,
  egress?: EgressSettings,
): Promise<Answer<Output>> {
  const bot = await openBot(channel, call, egress);
  if (bot.kind !== 'got') return bot;
  const posted = await bot.value.post(slackText(notice));
  if (posted.kind !== 'got') return posted;
  const { ts } = posted.value;
  return {
    kind: 'done',
    output: { message_id: `${channel.channel}/${ts}` },
    undo: { channel: name, ts },
  };
}

function takingBack(channels: Channels, egress?: EgressSettings): Undo {
  return {
    class: 'B',
    describe: ({ channel }) =>
      `Deletes the message from ${shown(channel)}; whoever has read it, or was notified, has seen it.`,
    async perform(saved, call) {
      const { channel: name, ts } = saved;
      const channel = channels[shown(name)];
      if (channel?.kind !== 'slack_bot' || typeof ts !== 'string')
        return refused('unknown_channel', `no Slack channel ${shown(name)} is configured any more`);
      const bot = await openBot(channel, call, egress);
      if (bot.kind !== 'got') return bot;
      const removed = await bot.value.remove(ts);
      if (removed.kind !== 'got') return removed;
      const changed = removed.value === 'removed';
      return { kind: 'done', output: { changed, now: `the message is no longer in ${shown(name)}` } };
    },
  };
}

function answered(posted: Posted): Answer<Output> {
  return posted.kind === 'posted' ? { kind: 'done', output: { message_id: posted.id } } : posted;
}

function refused(code: string, message: string): Extract<Answer<never>, { readonly kind: 'refused' }> {
  return { kind: 'refused', fault: { code, message } };
}

function shown(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
