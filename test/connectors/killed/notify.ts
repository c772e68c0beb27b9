/** Messages to people: by mail, by the webhooks of Slack and Teams, by Slack's bot. */
import type { ServerResponse } from 'node:http';
import { startMailSimulator } from '../../../simulators/mail/mail.ts';
import type { Keep } from '../../../simulators/device/site.ts';
import type { JsonObject } from '../../../workflows/language/json.ts';
import { json, startDouble, type Arrived } from '../call.ts';
import type { Subject } from './family.ts';
import type { Action } from './action.ts';
import { holdingHttp, type Place } from './place.ts';
import { startRelay } from './relay.ts';

export async function openMail(): Promise<Place> {
  const mail = await startMailSimulator();
  const relay = await startRelay(mail.port);
  const effects = (): number => mail.messages().length;
  const smtp = { host: '127.0.0.1', port: relay.port };
  const from = 'Security <security@corp.example>';
  return {
    settings: () => ({
      connectors: { notify: { smtp, from, channels: { '#soc': { mail: 'soc@corp.example' } } } },
    }),
    effects,
    state: () => mail.messages().map(({ messageId }) => messageId),
    ...holdingHttp(relay, effects),
    async close() {
      await relay.close();
      await mail.close();
    },
  };
}

/** `answer` serves one request and keeps what was posted in `posts`. */
async function openChat(
  channel: (url: string, keep: Keep) => JsonObject,
  answer: (posts: Posted[], request: Arrived, response: ServerResponse) => void,
): Promise<Place> {
  const posts: Posted[] = [];
  const double = await startDouble((request, response) => answer(posts, request, response));
  const relay = await startRelay(Number(new URL(double.url).port));
  const effects = (): number => posts.length;
  return {
    settings: (keep) => ({ connectors: { notify: { channels: { '#soc': channel(relay.url, keep) } } } }),
    effects,
    state: () => posts.filter(({ gone }) => !gone).map(({ text }) => text),
    ...holdingHttp(relay, effects),
    async close() {
      await relay.close();
      await double.close();
    },
  };
}

/** A message, or that one was taken away: both are changes. */
interface Posted {
  readonly ts: string;
  readonly text: string;
  readonly metadata: unknown;
  gone: boolean;
}

const openWebhook = (kind: 'slack_webhook' | 'teams_workflow', status: number): Promise<Place> =>
  openChat(
    (url, keep) => ({ [kind]: keep('hook', `${url}/services/T0/B0/hook`), hosts: [url] }),
    (posts, { body }, response) => {
      posts.push({ ts: '', text: body, metadata: null, gone: false });
      response.writeHead(status).end(status === 200 ? 'ok' : '');
    },
  );

const openBot = (): Promise<Place> =>
  openChat(
    (url, keep) => ({ slack_bot: keep('bot', 'xoxb-simulated'), channel: 'C0SOC', api_url: url }),
    (posts, { url, body }, response) => {
      const form = new URLSearchParams(body);
      const text = form.get('text') ?? '';
      const there = posts.filter(({ gone }) => !gone);
      switch (url) {
        case '/api/conversations.history':
          return json(response, 200, { ok: true, messages: there });
        case '/api/chat.postMessage': {
          const ts = `1700000000.00000${posts.length}`;
          const metadata: unknown = JSON.parse(form.get('metadata') ?? 'null');
          posts.push({ ts, text, metadata, gone: false });
          return json(response, 200, { ok: true, ts, channel: 'C0SOC' });
        }
        case '/api/chat.delete': {
          const found = there.find(({ ts }) => ts === form.get('ts'));
          if (found === undefined) return json(response, 200, { ok: false, error: 'message_not_found' });
          found.gone = true;
          posts.push({ ts: '', text, metadata: null, gone: true });
          return json(response, 200, { ok: true });
        }
        default:
          return json(response, 200, { ok: false, error: 'unknown_method' });
      }
    },
  );

const connector = 'notify';
const message = { channel: '#soc', severity: 'critical', message: 'host-0042 is isolated' };
const telling = (where: string): Action => ({
  connector,
  type: 'NotifyTeam',
  where,
  effects: 1,
  input: () => message,
});
export const byMail = telling('mail');
const coaching: Action = {
  connector,
  type: 'HardeningCoach',
  effects: 1,
  input: () => ({ user_email: 'alice@corp.example' }),
};
const byBot: Action = {
  ...telling('Slack’s bot'),
  undoable: true,
  anew: true,
  writes: /^POST \/api\/chat\./,
};

export const notify: readonly Subject<Place>[] = [
  { action: coaching, open: openMail },
  { action: byMail, open: openMail },
  { action: telling('a webhook of Slack'), open: () => openWebhook('slack_webhook', 200) },
  { action: telling('a workflow of Teams'), open: () => openWebhook('teams_workflow', 202) },
  { action: byBot, open: openBot },
];
