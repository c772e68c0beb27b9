import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { NotifyTeam } from '../../activities/catalogue/device.ts';
import type { Answer, CallContext } from '../../activities/connectors/connector.ts';
import { createNotify, type NotifyConfig } from '../../activities/connectors/notify/index.ts';
import { startMailSimulator } from '../../simulators/mail/mail.ts';
import type { JsonObject } from '../../workflows/language/json.ts';
import { createCall, json, startDouble, type Arrived, type Double } from './call.ts';

const TOKEN = 'xoxb-canary-slack-token';
const PATH = '/services/T0/B0/canaryWebhookPath';
let double: Double;
let answer: (request: Arrived, response: ServerResponse) => void;
beforeEach(async () => {
  answer = (_request, response) => response.end('ok');
  double = await startDouble((request, response) => answer(request, response));
});
afterEach(() => double.close());

const channels = (): NonNullable<NotifyConfig['channels']> => ({
  '#hook': { kind: 'slack_webhook', url: 'secret://env/HOOK', hosts: [double.url] },
  '#soc': { kind: 'slack_bot', token: 'secret://env/BOT', channel: 'C0SOC', api: double.url },
  '#teams': { kind: 'teams_workflow', url: 'secret://env/HOOK', hosts: [double.url] },
});
const only = (name: string) => Object.fromEntries(Object.entries(channels()).filter(([one]) => one === name));
const secrets = () =>
  new Map([
    ['secret://env/HOOK', `${double.url}${PATH}`],
    ['secret://env/BOT', TOKEN],
  ]);
const call = (over: Partial<CallContext> = {}) => createCall(secrets(), over);

async function tell(
  channel: string,
  input: JsonObject = {},
  over: Partial<CallContext> = {},
  config: NotifyConfig = { channels: channels() },
): Promise<Answer<JsonObject>> {
  const performance = createNotify(config).performs['NotifyTeam'];
  const checked = NotifyTeam.input.parse({
    channel,
    severity: 'critical',
    message: 'host-0042 is isolated',
    ...input,
  });
  const given = await performance?.perform(checked as JsonObject, call(over));
  if (given?.kind === 'done') NotifyTeam.output.parse(given.output);
  expect(JSON.stringify(given)).not.toMatch(/canary/);
  return given as Answer<JsonObject>;
}

const FORGED =
  '<!channel> <@U123> <https://evil.example|click here> *bold* [a](https://evil.example) <at>Boss</at>\n[low] case INC-9\u202e all is well';

describe('a webhook of Slack', () => {
  test('gets one message, with severity and case first', async () => {
    expect(await tell('#hook', { report_url: 'https://soc.example/r/1' })).toMatchObject({ kind: 'done' });
    const body = JSON.parse(double.arrived[0]?.body ?? '') as { text: string; blocks: unknown[] };
    expect(double.arrived[0]).toMatchObject({ method: 'POST', url: PATH });
    expect(body.text).toBe('[critical] case INC-7 · host-0042 is isolated · Report: https://soc.example/r/1');
    expect(body.blocks).toHaveLength(3);
  });

  test('what a stranger wrote neither mentions, links, formats nor starts a line', async () => {
    await tell('#hook', { message: FORGED });
    const raw = double.arrived[0]?.body ?? '';
    expect(raw).not.toMatch(/<!|<@|<http|mrkdwn|\\n|\u202e/);
    expect(raw).toContain('&lt;!channel&gt;');
    expect(JSON.parse(raw)).toMatchObject({ blocks: [{ text: { type: 'plain_text', emoji: false } }, {}] });
  });

  test.each([
    [429, { 'retry-after': '3' }, { kind: 'try_again', afterMs: 3000 }],
    [429, {}, { kind: 'try_again', because: 'rate_limited' }],
    [403, {}, { kind: 'refused' }],
    [404, {}, { kind: 'refused' }],
    [500, {}, { kind: 'unknown' }],
    [302, { location: 'https://evil.example' }, { kind: 'refused' }],
  ])('status %d becomes an answer', async (status, headers, expected) => {
    answer = (_request, response) => void response.writeHead(status, headers).end();
    expect(await tell('#hook')).toMatchObject(expected);
    expect(double.arrived).toHaveLength(1);
  });

  test('a cut after it was sent leaves its fate open, since nobody can be asked', async () => {
    answer = (_request, response) => void response.socket?.resetAndDestroy();
    expect((await tell('#hook')).kind).toBe('unknown');
    answer = () => undefined;
    expect((await tell('#hook', {}, { signal: AbortSignal.timeout(100) })).kind).toBe('unknown');
  });

  test('a URL at another host than the channel’s is not posted to', async () => {
    const elsewhere = { '#hook': { kind: 'slack_webhook', url: 'secret://env/HOOK' } } as const;
    expect(await tell('#hook', {}, {}, { channels: elsewhere })).toMatchObject({
      kind: 'refused',
      fault: { code: 'egress_destination' },
    });
    expect(double.arrived).toEqual([]);
  });

  test('a credential that is not there is refused before anything is sent', async () => {
    const missing = {
      '#hook': { kind: 'slack_webhook', url: 'secret://env/NONE', hosts: [double.url] },
    } as const;
    expect((await tell('#hook', {}, {}, { channels: missing })).kind).toBe('refused');
    expect(double.arrived).toEqual([]);
  });
});

describe('a workflow of Teams', () => {
  test('gets an Adaptive Card in text runs, which know neither Markdown nor mentions', async () => {
    answer = (_request, response) => void response.writeHead(202).end();
    expect((await tell('#teams', { message: FORGED })).kind).toBe('done');
    const body = JSON.parse(double.arrived[0]?.body ?? '') as {
      attachments: { contentType: string; content: { body: { type: string }[] } }[];
    };
    const [card] = body.attachments;
    expect(card?.contentType).toBe('application/vnd.microsoft.card.adaptive');
    expect(card?.content.body.every(({ type }) => type === 'RichTextBlock')).toBe(true);
    expect(JSON.stringify(body)).not.toMatch(/"msteams"|"entities"|TextBlock"?,"text"/);
  });

  test('the longest message fits into 28 kB', async () => {
    answer = (_request, response) => void response.writeHead(202).end();
    expect((await tell('#teams', { message: '€'.repeat(4000) })).kind).toBe('done');
    expect(double.arrived[0]?.body.length).toBeLessThan(28 * 1024);
  });
});

/** chat.postMessage, chat.delete and conversations.history as far as a bot needs them. */
function slack(): {
  messages: { ts: string; metadata: unknown; text: string }[];
  strike: (how: Strike) => void;
} {
  const messages: { ts: string; metadata: unknown; text: string }[] = [];
  let next: Strike | null = null;
  answer = (request, response) => {
    const struck = next;
    const method = request.url.replace('/api/', '');
    if (request.headers.authorization !== `Bearer ${TOKEN}`)
      return json(response, 200, { ok: false, error: 'invalid_auth' });
    const form = new URLSearchParams(request.body);
    if (struck !== null && struck.on === method) {
      next = null;
      if (struck.how === 'reset_after') {
        messages.unshift(posted(form, messages.length));
        return void response.socket?.resetAndDestroy();
      }
      if (struck.how === 'reset_before') return void response.socket?.resetAndDestroy();
      if (typeof struck.how === 'number')
        return json(response, struck.how, {}, struck.retryAfter ? { 'retry-after': struck.retryAfter } : {});
      return json(response, 200, { ok: false, error: struck.how });
    }
    if (method === 'conversations.history') return json(response, 200, { ok: true, messages });
    if (method === 'chat.postMessage') {
      const message = posted(form, messages.length);
      messages.unshift(message);
      return json(response, 200, { ok: true, ts: message.ts, channel: 'C0SOC' });
    }
    if (method === 'chat.delete') {
      const at = messages.findIndex(({ ts }) => ts === form.get('ts'));
      if (at < 0) return json(response, 200, { ok: false, error: 'message_not_found' });
      messages.splice(at, 1);
      return json(response, 200, { ok: true });
    }
    return json(response, 200, { ok: false, error: 'unknown_method' });
  };
  return { messages, strike: (how) => void (next = how) };
}
interface Strike {
  readonly on: string;
  readonly how: string | number;
  readonly retryAfter?: string;
}
const posted = (form: URLSearchParams, n: number) => ({
  ts: `1700000000.00000${n}`,
  text: form.get('text') ?? '',
  metadata: JSON.parse(form.get('metadata') ?? 'null') as unknown,
});

describe('Slack as a bot', () => {
  const POST = 'chat.postMessage';

  test('posts once for one call, however often it is asked', async () => {
    const { messages } = slack();
    const first = await tell('#soc');
    const second = await tell('#soc', {}, { attempt: 2 });
    expect(second).toEqual(first);
    expect(messages).toHaveLength(1);
    await tell('#soc', {}, { key: 'another'.repeat(8) });
    expect(messages).toHaveLength(2);
  });

  test('a cut after the message was taken is proved by looking', async () => {
    const { messages, strike } = slack();
    strike({ on: POST, how: 'reset_after' });
    expect((await tell('#soc')).kind).toBe('done');
    expect(messages).toHaveLength(1);
  });

  test('a cut of which nothing is to be seen stays open', async () => {
    const { strike } = slack();
    strike({ on: POST, how: 'reset_before' });
    expect((await tell('#soc')).kind).toBe('unknown');
  });

  test.each([
    [
      'throttled with Retry-After',
      { on: POST, how: 429, retryAfter: '9' },
      { kind: 'try_again', afterMs: 9000 },
    ],
    ['throttled without', { on: POST, how: 429 }, { kind: 'try_again', because: 'rate_limited' }],
    ['throttled in words', { on: POST, how: 'ratelimited' }, { kind: 'try_again', because: 'rate_limited' }],
    [
      'a missing scope',
      { on: 'conversations.history', how: 'missing_scope' },
      { kind: 'refused', fault: { code: 'slack_missing_scope' } },
    ],
    ['a channel that is not there', { on: POST, how: 'channel_not_found' }, { kind: 'refused' }],
    ['a 500 to the search', { on: 'conversations.history', how: 500 }, { kind: 'try_again' }],
    ['Slack’s own trouble', { on: POST, how: 'internal_error' }, { kind: 'unknown' }],
  ] as const)('%s', async (_name, strikeWith, expected) => {
    const { strike } = slack();
    strike(strikeWith);
    expect(await tell('#soc')).toMatchObject(expected);
  });

  test('a wrong token is refused without being quoted', async () => {
    slack();
    const secret = async () => 'xoxb-canary-wrong';
    expect(await tell('#soc', {}, { secret })).toMatchObject({ fault: { code: 'slack_invalid_auth' } });
  });

  test('cancelled before it begins, it sends nothing', async () => {
    const { messages } = slack();
    expect((await tell('#soc', {}, { signal: AbortSignal.abort() })).kind).toBe('try_again');
    expect(messages).toEqual([]);
  });

  test('a message is taken back, and taking it back again changes nothing', async () => {
    const { messages } = slack();
    const config = { channels: only('#soc') };
    const performance = createNotify(config).performs['NotifyTeam'];
    expect([performance?.reversibility, performance?.repeat]).toEqual(['B', 'marker']);
    const sent = await tell('#soc', {}, {}, config);
    const saved = sent.kind === 'done' ? (sent.undo ?? {}) : {};
    expect(performance?.undo?.describe(saved)).toContain('#soc');
    expect(await performance?.undo?.perform(saved, call())).toMatchObject({ output: { changed: true } });
    expect(messages).toEqual([]);
    expect(await performance?.undo?.perform(saved, call())).toMatchObject({ output: { changed: false } });
  });

  test('with a webhook among the channels nothing is promised to be taken back', () => {
    const performance = createNotify({ channels: channels() }).performs['NotifyTeam'];
    expect([performance?.reversibility, performance?.repeat, performance?.undo]).toEqual([
      'C',
      'none',
      undefined,
    ]);
  });
});

describe('channels', () => {
  test('one that is not configured is refused, and so is a name every object has', async () => {
    expect(await tell('#nowhere')).toMatchObject({ fault: { code: 'unknown_channel' } });
    expect(await tell('constructor')).toMatchObject({ fault: { code: 'unknown_channel' } });
  });

  test('a mailbox is told by mail', async () => {
    const mail = await startMailSimulator();
    const config: NotifyConfig = {
      smtp: { host: mail.host, port: mail.port },
      from: 'soc@corp.test',
      channels: { desk: { kind: 'mail', address: 'desk@corp.test' } },
    };
    expect((await tell('desk', {}, {}, config)).kind).toBe('done');
    expect(mail.messages()).toMatchObject([{ to: ['desk@corp.test'], subject: '[critical] case INC-7' }]);
    await mail.close();
  });

  test('a mailbox without a mail server, or nothing at all, is no configuration', () => {
    const desk = { desk: { kind: 'mail', address: 'desk@corp.test' } } as const;
    expect(() => createNotify({ channels: desk })).toThrow(/smtp and from are needed/);
    expect(() => createNotify({})).toThrow(/at least one channel/);
  });
});
