import { gzipSync, brotliCompressSync } from 'node:zlib';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { Socket } from 'node:net';
import { createEgress, jsonOf, type Received } from '../../activities/egress/egress.ts';
import { networkCode } from '../../activities/connectors/http-answer.ts';
import { reply, startHostile, type Hostile } from './hostile.ts';

/** Packing 200 MB takes its time on a busy machine. */
jest.setTimeout(60_000);

let server: Hostile;
afterEach(() => server.close());

async function ask(
  answer: (socket: Socket) => void,
  bounds: { readonly deadlineMs?: number; readonly mostBytes?: number } = {},
): Promise<Received | string> {
  server = await startHostile((socket) => answer(socket));
  const signal = AbortSignal.timeout(10_000);
  const request = { method: 'GET', url: `${server.url}/x`, headers: {}, signal, ...bounds };
  return createEgress([server.url]).send(request).catch(networkCode);
}
const sending = (bytes: string | Uint8Array) => (socket: Socket) => void socket.end(bytes);
const bodyOf = (got: Received | string) =>
  typeof got === 'string' ? got : got.body.kind === 'bytes' ? got.body.bytes.toString() : got.body.why;
const jsonIn = (got: Received | string) => {
  if (typeof got === 'string') return got;
  const read = jsonOf(got);
  return read.kind === 'json' ? read.value : read.why;
};

describe('N04: an answer is bounded, whatever it claims to be', () => {
  test('an ordinary answer arrives, plain and in each encoding (control)', async () => {
    expect(jsonIn(await ask(sending(reply('{"a":1}'))))).toEqual({ a: 1 });
    await server.close();
    const zipped = reply(gzipSync('{"a":1}'), ['content-encoding: gzip']);
    expect(jsonIn(await ask(sending(zipped)))).toEqual({ a: 1 });
    await server.close();
    const brotli = reply(brotliCompressSync('{"a":1}'), ['content-encoding: br']);
    expect(jsonIn(await ask(sending(brotli)))).toEqual({ a: 1 });
  });

  test('N04: 200 MB packed into 200 kB stop at the limit, in little memory', async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024));
    const before = process.memoryUsage.rss();
    expect(bodyOf(await ask(sending(reply(bomb, ['content-encoding: gzip']))))).toBe('too_large');
    expect(process.memoryUsage.rss() - before).toBeLessThan(100 * 1024 * 1024);
  });

  test('N04: encodings within encodings are not undone', async () => {
    const twice = gzipSync(gzipSync('{}'));
    expect(bodyOf(await ask(sending(reply(twice, ['content-encoding: gzip, gzip']))))).toBe('encoding');
  });

  test('N04: an encoding whose bytes are damaged is no answer', async () => {
    expect(bodyOf(await ask(sending(reply('no gzip', ['content-encoding: gzip']))))).toBe('encoding');
  });

  test('N04: an endless body stops at the limit', async () => {
    const endless = (socket: Socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
      const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`;
      const pour = () => {
        while (!socket.destroyed && socket.write(chunk));
      };
      socket.on('drain', pour);
      pour();
    };
    expect(bodyOf(await ask(endless))).toBe('too_large');
  });

  test('N04: a byte now and then stops at the deadline', async () => {
    const drip = (socket: Socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n');
      const timer = setInterval(() => socket.write('x'), 30);
      socket.on('close', () => clearInterval(timer));
    };
    expect(await ask(drip, { deadlineMs: 300 })).toBe('timeout');
  });

  test('N04: headers a byte at a time stop at the deadline', async () => {
    const drip = (socket: Socket) => {
      socket.write('HTTP/1.1 200 OK\r\nx: ');
      const timer = setInterval(() => socket.write('y'), 30);
      socket.on('close', () => clearInterval(timer));
    };
    expect(await ask(drip, { deadlineMs: 300 })).toBe('timeout');
  });

  test('N04: a flood of headers is cut off', async () => {
    const flood = Array.from({ length: 2_000 }, (_, n) => `x-${n}: ${'y'.repeat(40)}`);
    expect(await ask(sending(reply('{}', flood)))).toBe('UND_ERR_HEADERS_OVERFLOW');
  });

  test('N04: fewer bytes than announced are no answer', async () => {
    const short = 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"a":1}';
    expect(await ask(sending(short))).toMatch(/^(UND_ERR_|ECONN|timeout)/);
  });

  test.each([
    ['truncated', '{"a":[1,', 'not_json'],
    ['HTML with status 200', '<html><body>Sign in</body></html>', 'not_json'],
    ['5,000 levels deep', '['.repeat(5_000) + ']'.repeat(5_000), 'too_deep'],
    ['a name twice', '{"role":"user","role":"admin"}', 'duplicate_key'],
    ['a name twice in two spellings', '{"role":1,"\\u0072ole":2}', 'duplicate_key'],
    ['a name twice deep inside', '{"a":[{"b":{"c":1, "c" :2}}]}', 'duplicate_key'],
    ['nothing', '', 'not_json'],
    ['an open string', '{"a', 'not_json'],
  ])('N04: JSON that is %s is refused by name', async (_what, text, why) => {
    expect(jsonIn(await ask(sending(reply(text))))).toBe(why);
  });

  test('N04: equal names in different objects, and in texts, are no offence', async () => {
    const text = '{"a":{"x":1},"b":{"x":"\\"x\\":1, \\"x\\":2"},"c":["x","x"]}';
    expect(jsonIn(await ask(sending(reply(text))))).toEqual(JSON.parse(text));
  });

  test('N04: JSON that is no UTF-8 is refused', async () => {
    expect(jsonIn(await ask(sending(reply(Buffer.from([0x22, 0xff, 0xfe, 0x22])))))).toBe('not_utf8');
  });

  test('N04: ten megabytes of JSON are beyond the usual limit, and within one that was raised', async () => {
    const large = reply(JSON.stringify({ a: 'x'.repeat(10_000_000) }));
    expect(jsonIn(await ask(sending(large)))).toBe('too_large');
    await server.close();
    expect(bodyOf(await ask(sending(large), { mostBytes: 12_000_000 }))).toHaveLength(10_000_008);
  });

  test('a header that would smuggle another line is not sent', async () => {
    server = await startHostile((socket) => socket.end(reply('{}')));
    const request = {
      method: 'GET',
      url: server.url,
      headers: { 'x-a': 'b\r\nx-c: d' },
      signal: AbortSignal.timeout(1000),
    };
    expect(await createEgress([server.url]).send(request).catch(networkCode)).toBe('EGRESS_REQUEST');
    expect(server.requests).toEqual([]);
  });
});
