import { createServer, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { HardeningCoach } from '../../activities/catalogue/email.ts';
import type { Answer, CallContext } from '../../activities/connectors/connector.ts';
import { createNotify, type NotifyConfig } from '../../activities/connectors/notify/index.ts';
import { printable } from '../../activities/connectors/notify/printable.ts';
import { startMailSimulator, type MailSimulator } from '../../simulators/mail/mail.ts';

const PASSWORD = 'canary-7c1f0a-mail-password';
let mail: MailSimulator;
beforeEach(async () => {
  mail = await startMailSimulator();
});
afterEach(() => mail.close());

const context = (changes: Partial<CallContext> = {}): CallContext => ({
  key: 'a'.repeat(64),
  caseId: 'INC-7',
  task: 'coach',
  attempt: 1,
  signal: new AbortController().signal,
  heartbeat: () => undefined,
  secret: () => Promise.resolve(PASSWORD),
  keepSecret: () => Promise.reject(new Error('not asked for')),
  ...changes,
});

const config = (smtp: Partial<NotifyConfig['smtp']> = {}): NotifyConfig => ({
  smtp: { host: mail.host, port: mail.port, ...smtp },
  from: 'Security Desk <security@corp.test>',
});

async function coach(
  input: Record<string, unknown> = {},
  call: Partial<CallContext> = {},
  smtp: Partial<NotifyConfig['smtp']> = {},
): Promise<Answer<{ message_id: string; advice: string[] }>> {
  const performance = createNotify(config(smtp)).performs['HardeningCoach'];
  const checked = HardeningCoach.input.parse({ user_email: 'ana@corp.test', ...input });
  const answer = await performance?.perform(checked, context(call));
  if (answer?.kind === 'done') expect(HardeningCoach.output.safeParse(answer.output).success).toBe(true);
  return answer as Answer<{ message_id: string; advice: string[] }>;
}

const FOUND = {
  suspicious: [{ id: 'f1', reasons: ['forwards to evil.test', 'deletes security mail'] }],
  revoked_clients: ['MailSync Pro', 'Calendar Helper'],
  revoked_app_passwords: 2,
  enrolled_2fa: false,
};

describe('advice after a takeover', () => {
  test('says what was found and what to do, in plain text, to the one person it is for', async () => {
    const answer = await coach(FOUND);
    expect(answer.kind).toBe('done');
    const [message] = mail.messages();
    expect(message).toMatchObject({ from: 'security@corp.test', to: ['ana@corp.test'] });
    expect(message?.subject).toBe('Your mailbox: what we found and what to do (case INC-7)');
    for (const words of [
      '1 mail rule that may not be yours',
      '“forwards to evil.test”, “deletes security mail”',
      '2 apps to your account: “MailSync Pro”, “Calendar Helper”',
      '2 app passwords',
      'Your account has no second factor yet',
      'asked for a new password',
    ])
      expect(message?.text.replaceAll('\n', ' ')).toContain(words);
    expect(message?.raw).toMatch(/^Content-Type: text\/plain/im);
    expect(message?.raw).not.toMatch(/multipart|text\/html|content-disposition|https?:/i);
    expect(answer.kind === 'done' && answer.output.advice.length).toBe(7);
  });

  test('does not mention what was not found, and praises a second factor that is there', async () => {
    await coach({ enrolled_2fa: true });
    const text = mail.messages()[0]?.text ?? '';
    expect(text).not.toMatch(/mail rule|app password|0 /);
    expect(text).toContain('Your account has a second factor');
    expect(text).toMatch(/^1\. Your account has a second factor/m);
  });

  test('names at most ten of many findings, and says how many there are', async () => {
    await coach({ revoked_clients: Array.from({ length: 300 }, (_, n) => `App ${n}`) });
    const text = mail.messages()[0]?.text.replaceAll('\n', ' ') ?? '';
    expect(text).toContain('300 apps');
    expect(text).toContain('“App 9” and 290 more');
    expect(text).not.toContain('App 10');
  });

  test('cannot be bent by the name an intruder gave to an app', async () => {
    const nasty =
      'ok\u202Egnp.exe\u0000\r\nBcc: all@corp.test\u2028\u001b[31m https://evil.test www.evil.test';
    await coach({ revoked_clients: [nasty, 'x'.repeat(5000)] });
    const [message] = mail.messages();
    for (const dangerous of ['\u202E', '\u0000', '\u001b', '\u2028', '\r', 'https:', 'www.', 'x'.repeat(161)])
      expect(message?.text).not.toContain(dangerous);
    expect(message?.text.replaceAll('\n', '')).toContain(
      'ok\\u{202e}gnp.exe\\u{0}\\u{d}\\u{a}Bcc: all@corp.test\\u{2028}',
    );
    expect(message?.raw).not.toMatch(/^Bcc:/im);
    expect(message?.to).toEqual(['ana@corp.test']);
  });

  test('cannot be sent to more people by way of the case id', async () => {
    await coach({}, { caseId: 'INC-8\r\nBcc: all@corp.test' });
    expect(mail.messages()[0]?.raw).not.toMatch(/^Bcc:/im);
    expect(mail.messages()[0]?.subject).toContain('INC-8\\u{d}\\u{a}Bcc');
  });

  test('leaves ordinary names of all scripts as they are', () => {
    expect(printable('Ärzte-App — 日本語 عربى')).toBe('Ärzte-App — 日本語 عربى');
    expect(printable('\ud800half')).toBe('\\u{d800}half');
  });
});

describe('a message', () => {
  test('carries the same id on every attempt of a call, and another one for another call', async () => {
    const ids = [
      await coach(),
      await coach({}, { attempt: 2 }),
      await coach({}, { key: 'b'.repeat(64) }),
    ].map((answer) => answer.kind === 'done' && answer.output.message_id);
    expect(ids[0]).toMatch(/^<[0-9a-f]{64}@corp\.test>$/);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
    expect(mail.messages().map((message) => message.messageId)).toEqual(ids);
  });

  test('is declared as one that cannot be undone, nor repeated without harm', () => {
    const performance = createNotify(config()).performs['HardeningCoach'];
    expect(performance).toMatchObject({ reversibility: 'C', repeat: 'none' });
  });

  test.each([
    ['at the recipient', 'recipient', 450],
    ['after the message', 'data', 451],
    ['because it is shutting down', 'data', 421],
  ] as const)('put off by the server %s is tried again', async (_where, stage, status) => {
    mail.fault({ kind: 'reply', stage, status, times: 1 });
    const answer = await coach();
    expect(answer).toMatchObject({
      kind: 'try_again',
      because: 'unavailable',
      fault: { code: `smtp_${status}` },
    });
    expect(mail.messages()).toEqual([]);
    expect((await coach()).kind).toBe('done');
  });

  test.each([
    ['for its recipient', 'recipient', 550],
    ['for what it says', 'data', 554],
    ['by a server that talks to nobody', 'connect', 554],
  ] as const)('refused %s is not tried again', async (_what, stage, status) => {
    mail.fault({ kind: 'reply', stage, status, times: 1 });
    expect(await coach()).toMatchObject({ kind: 'refused', fault: { code: `smtp_${status}` } });
    expect(mail.messages()).toEqual([]);
  });

  test('that nobody listens for is tried again: nothing was sent', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const answer = await coach({}, {}, { port });
    expect(answer).toMatchObject({
      kind: 'try_again',
      because: 'unavailable',
      fault: { code: 'smtp_econnrefused' },
    });
  });

  test('cut off before it was handed over is tried again', async () => {
    mail.fault({ kind: 'drop', stage: 'recipient', times: 1 });
    expect(await coach()).toMatchObject({ kind: 'try_again', because: 'unavailable' });
  });

  test('cut off after it was handed over is of unknown fate, for it may have been taken', async () => {
    mail.fault({ kind: 'drop', stage: 'after_data', times: 1 });
    expect(await coach()).toMatchObject({
      kind: 'unknown',
      fault: { message: expect.stringContaining('may have been') },
    });
    expect(mail.messages()).toHaveLength(1);
  });

  test.each([
    ['before it was handed over sent nothing', 'recipient', 'try_again'],
    ['after it was handed over is of unknown fate', 'after_data', 'unknown'],
  ] as const)('stopped %s', async (_what, stage, kind) => {
    mail.fault({ kind: 'hang', stage, times: 1 });
    const started = performance.now();
    const answer = await coach({}, { signal: AbortSignal.timeout(200) });
    expect(answer).toMatchObject({ kind, fault: { code: 'smtp_eabort' } });
    expect(performance.now() - started).toBeLessThan(3000);
  });

  test('stopped before anything began does not reach the server', async () => {
    expect(await coach({}, { signal: AbortSignal.abort() })).toMatchObject({ kind: 'try_again' });
    expect(mail.messages()).toEqual([]);
  });
});

describe('the mail server’s password', () => {
  const withPassword = { user: 'cordon', password: 'secret://env/SMTP_PASSWORD' };

  test('is fetched by its reference and used to sign in', async () => {
    await mail.close();
    mail = await startMailSimulator({ account: { user: 'cordon', password: PASSWORD } });
    expect((await coach({}, {}, withPassword)).kind).toBe('done');
  });

  test('that is wrong ends the call, and is quoted nowhere', async () => {
    await mail.close();
    mail = await startMailSimulator({ account: { user: 'cordon', password: 'another-password' } });
    const answer = await coach({}, {}, withPassword);
    expect(answer).toMatchObject({ kind: 'refused', fault: { code: 'smtp_535' } });
    expect(JSON.stringify(answer)).not.toContain(PASSWORD);
  });

  test('that cannot be read sends nothing and is tried again', async () => {
    const secret = (): Promise<string> => Promise.reject(new Error('sealed'));
    expect(await coach({}, { secret }, withPassword)).toMatchObject({
      kind: 'try_again',
      fault: { code: 'smtp_key_unavailable' },
    });
    expect(mail.messages()).toEqual([]);
  });

  test('never goes over a network in the clear: a server without TLS is not signed in to', async () => {
    const listening = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.write('220 plain ESMTP\r\n');
      socket.on('data', (part) => {
        heard += part.toString();
        socket.write(
          part.toString().startsWith('EHLO') ? '250-plain\r\n250 AUTH PLAIN LOGIN\r\n' : '500 no\r\n',
        );
      });
    }).listen(0, '127.0.0.1');
    let heard = '';
    await new Promise((resolve) => listening.once('listening', resolve));
    const { port } = listening.address() as AddressInfo;
    // 0.0.0.0 reaches this machine, but is not a name of it that the rule exempts.
    const answer = await coach({}, {}, { ...withPassword, host: '0.0.0.0', port });
    await new Promise((resolve) => listening.close(resolve));
    expect(answer.kind).not.toBe('done');
    expect(heard).toContain('EHLO');
    expect(heard).not.toContain('AUTH');
  });
});

describe('a configuration', () => {
  test.each([
    ['a sender that is no address', { from: 'security' }, 'from'],
    ['a sender that smuggles a header', { from: 'a\r\nBcc: b <a@corp.test>' }, 'from'],
    ['no port', { smtp: { host: 'mail.corp.test', port: 0 } }, 'smtp.port'],
    ['a user without a password', { smtp: { host: 'mail.corp.test', port: 25, user: 'u' } }, 'together'],
    [
      'a password instead of a reference',
      { smtp: { host: 'mail.corp.test', port: 25, user: 'u', password: PASSWORD } },
      'reference',
    ],
  ])('with %s is refused, and no secret is quoted', (_what, changes, named) => {
    const bad = { ...config(), ...changes } as NotifyConfig;
    expect(() => createNotify(bad)).toThrow(named);
    expect(() => createNotify(bad)).not.toThrow(PASSWORD);
  });
});
