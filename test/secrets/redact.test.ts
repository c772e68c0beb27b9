import { describe, expect, test } from '@jest/globals';
import { BLOT, createRedactor } from '../../activities/secrets/redact.ts';

const CANARY = 'c4n/ry+"w0rd"=ß&x';

function knowing(...values: string[]) {
  const redactor = createRedactor();
  for (const value of values) redactor.learn(value);
  return redactor;
}

describe('A resolved secret is blotted out', () => {
  test.each([
    ['as it is', CANARY],
    ['in JSON', JSON.stringify({ password: CANARY })],
    ['in JSON within JSON', JSON.stringify({ body: JSON.stringify({ password: CANARY }) })],
    ['in a URL', `https://api.example/?p=${encodeURIComponent(CANARY)}&x=1`],
    ['in a form', new URLSearchParams({ p: CANARY }).toString()],
    ['in base64', Buffer.from(CANARY).toString('base64')],
    ['in base64 for URLs', Buffer.from(CANARY).toString('base64url')],
    ['in a Basic header, with a user before it', Buffer.from(`admin:${CANARY}`).toString('base64')],
    [
      'in base64 with one character before and more behind',
      Buffer.from(`u${CANARY} tail`).toString('base64'),
    ],
    ['in base64 with two characters before', Buffer.from(`:u${CANARY}`).toString('base64')],
    ['in hexadecimal', Buffer.from(CANARY).toString('hex').toUpperCase()],
  ])('%s', (_how, text) => {
    const clean = knowing(CANARY).redact(`before ${text} after`);
    expect(clean).toContain(BLOT);
    expect(clean).toMatch(/^before .* after$/);
    for (const trace of [CANARY, 'w0rd', Buffer.from('w0rd').toString('hex')])
      expect(clean.toLowerCase()).not.toContain(trace);
  });

  test('every time it occurs', () => {
    expect(knowing('hunter2hunter2').redact('hunter2hunter2,hunter2hunter2')).toBe(`${BLOT},${BLOT}`);
  });

  test('whole, when a shorter secret is part of it', () => {
    expect(knowing('abcdefgh', 'abcdefgh-and-more').redact('x abcdefgh-and-more y')).toBe(`x ${BLOT} y`);
  });

  test('by the lines and fields of a credential file, while its harmless fields stay', () => {
    const key =
      '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\nAQEFAASCBKcwggSjAgEAAoIB\n-----END PRIVATE KEY-----\n';
    const file = JSON.stringify({
      type: 'service_account',
      private_key: key,
      token_uri: 'https://oauth2.example/token',
    });
    const clean = knowing(file).redact(`service_account https://oauth2.example/token ${key}`);
    expect(clean).toContain('service_account https://oauth2.example/token');
    expect(clean).not.toContain('MIIEvQIBADANBgkqhkiG9w0B');
    expect(clean).not.toContain('AQEFAASCBKcwggSjAgEAAoIB');
  });
});

describe('A redactor', () => {
  test('leaves text without secrets alone', () => {
    expect(knowing(CANARY).redact('nothing here')).toBe('nothing here');
    expect(createRedactor().redact(CANARY)).toBe(CANARY);
  });

  test('refuses a secret too short to be told from ordinary text', () => {
    expect(() => knowing('abc')).toThrow(RangeError);
    expect(() => knowing('abc')).not.toThrow(/abc/);
  });

  test('handles a long text with many secrets in moderate time', () => {
    const secrets = Array.from({ length: 200 }, (_, at) => `secret-number-${at}-`);
    const redactor = knowing(...secrets);
    const startedAt = performance.now();
    expect(redactor.redact(`${'x'.repeat(100_000)}${secrets[7]}`)).toMatch(/x\[secret\]$/);
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });
});
