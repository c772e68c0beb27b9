/**
 * Slack as a bot. Every message carries its call's marker in its metadata, so that a message whose fate is open can
 * be looked for, and one that is there is not posted again.
 */
import type { WebClient } from '@slack/web-api';
import { createEgress, type EgressSettings } from '../../egress/egress.ts';
import { fetchThrough } from '../../egress/fetch.ts';
import type { CallContext } from '../connector.ts';
import { answerForStatus, answerForThrown, type Failure } from '../http-answer.ts';
import type { Channel } from './config.ts';
import type { SlackText } from './slack-text.ts';
import { marker, secretFor } from './webhook.ts';

type BotChannel = Extract<Channel, { readonly kind: 'slack_bot' }>;
export type SlackGot<T> = { readonly kind: 'got'; readonly value: T } | Failure;

export const SLACK_SCOPES = ['chat:write', 'channels:history'];
const API = 'https://slack.com';
const EVENT_TYPE = 'cordon_notice';
/** How far back a message of ours is looked for: further than any call is tried again. */
const LOOK_BACK_SECONDS = 7 * 24 * 3600;

export interface Bot {
  /** The message's time stamp, which is its id; one that carries the call's marker is not posted twice. */
  post(text: SlackText): Promise<SlackGot<{ readonly ts: string; readonly already: boolean }>>;
  remove(ts: string): Promise<SlackGot<'removed' | 'already_gone'>>;
}

export async function openBot(
  channel: BotChannel,
  call: CallContext,
  settings?: EgressSettings,
): Promise<SlackGot<Bot>> {
  const api = channel.api ?? API;
  const token = await secretFor(call, 'slack', channel.token, new URL(api).host);
  if (token.kind !== 'secret') return token;
  const line = await createLine(api, token.value, call, settings);
  const own = marker(call.key);

  const find = (): Promise<SlackGot<string | null>> =>
    line.ask(false, async (slack) => {
      const oldest = String(Math.floor(Date.now() / 1000) - LOOK_BACK_SECONDS);
      const { messages = [] } = await slack.conversations.history({
        channel: channel.channel,
        include_all_metadata: true,
        limit: 200,
        oldest,
      });
      const found = messages.find(({ metadata }) => {
        const payload: { readonly marker?: unknown } | undefined = metadata?.event_payload;
        return metadata?.event_type === EVENT_TYPE && payload?.marker === own;
      });
      return found?.ts ?? null;
    });

  return {
    kind: 'got',
    value: {
      async post(text) {
        const before = await find();
        if (before.kind !== 'got') return before;
        if (before.value !== null) return { kind: 'got', value: { ts: before.value, already: true } };
        const posted = await line.ask(true, async (slack) => {
          const { ts } = await slack.chat.postMessage({
            channel: channel.channel,
            text: text.text,
            blocks: [...text.blocks],
            metadata: { event_type: EVENT_TYPE, event_payload: { marker: own } },
            parse: 'none',
            link_names: false,
            unfurl_links: false,
            unfurl_media: false,
          });
          return ts ?? '';
        });
        if (posted.kind === 'got') return { kind: 'got', value: { ts: posted.value, already: false } };
        if (posted.kind !== 'unknown') return posted;
        const after = await find();
        return after.kind === 'got' && after.value !== null
          ? { kind: 'got', value: { ts: after.value, already: false } }
          : posted;
      },
      async remove(ts) {
        const removed = await line.ask(true, (slack) => slack.chat.delete({ channel: channel.channel, ts }));
        if (removed.kind === 'got') return { kind: 'got', value: 'removed' };
        return removed.fault.code === 'slack_message_not_found'
          ? { kind: 'got', value: 'already_gone' }
          : removed;
      },
    },
  };
}

interface Line {
  ask<T>(write: boolean, work: (slack: WebClient) => Promise<T>): Promise<SlackGot<T>>;
}

/** The official client without its retries and its log; what the wire saw last is what an error is judged by. */
async function createLine(
  api: string,
  token: string,
  call: CallContext,
  settings?: EgressSettings,
): Promise<Line> {
  const { WebClient, LogLevel } = await import('@slack/web-api');
  const send = fetchThrough(createEgress([api], settings), { signal: call.signal });
  let seen: Response | { readonly thrown: unknown } | null = null;
  const slack = new WebClient(token, {
    slackApiUrl: new URL('/api/', api).href,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
    logLevel: LogLevel.ERROR,
    logger: SILENT,
    fetch: async (input, init) => {
      try {
        seen = null;
        // Redirects are answers to us anyway; the client's own wish would be taken for an error of ours.
        const response = await send(input, { ...init, redirect: 'manual' });
        seen = response;
        return response;
      } catch (error) {
        seen = { thrown: error };
        throw error;
      }
    },
  });
  return {
    async ask(write, work) {
      call.heartbeat();
      try {
        return { kind: 'got', value: await work(slack) };
      } catch (error) {
        return failureOf(seen, error, write);
      }
    },
  };
}

function failureOf(
  seen: Response | { readonly thrown: unknown } | null,
  error: unknown,
  write: boolean,
): Failure {
  if (seen !== null && 'thrown' in seen) return answerForThrown('slack', seen.thrown, write);
  if (seen !== null && seen.status !== 200)
    return answerForStatus({
      provider: 'slack',
      status: seen.status,
      retryAfter: seen.headers.get('retry-after'),
      write,
    });
  const { data } = Object(error) as { readonly data?: { readonly error?: unknown } };
  const reason = data?.error;
  if (typeof reason !== 'string' || !/^[a-z_]{1,60}$/.test(reason))
    return answerForThrown('slack', error, write);
  if (reason === 'ratelimited' || reason === 'rate_limited')
    return { kind: 'try_again', because: 'rate_limited', fault: fault(reason) };
  // Slack's own trouble: it may have taken the message first.
  if (reason === 'internal_error' || reason === 'fatal_error')
    return write
      ? { kind: 'unknown', fault: fault(reason) }
      : { kind: 'try_again', because: 'unavailable', fault: fault(reason) };
  return { kind: 'refused', fault: fault(reason) };
}

function fault(reason: string): { readonly code: string; readonly message: string } {
  const advice =
    reason === 'missing_scope'
      ? `: give the app ${SLACK_SCOPES.join(' and ')} (groups:history for a private channel)`
      : reason === 'not_in_channel' || reason === 'channel_not_found'
        ? ': invite the app to the channel, and configure the channel by its id'
        : reason === 'invalid_auth' || reason === 'token_revoked' || reason === 'account_inactive'
          ? ': check the bot token'
          : '';
  return { code: `slack_${reason}`, message: `slack refused (${reason})${advice}` };
}

const SILENT = {
  debug: hush,
  info: hush,
  warn: hush,
  error: hush,
  setLevel: hush,
  setName: hush,
  getLevel: () => 'error' as never,
};

function hush(): void {}
