import { describe, expect, test } from '@jest/globals';
import { createEgress, type Outgoing } from '../../activities/egress/egress.ts';
import { isPublicAddress } from '../../activities/egress/address.ts';
import { createDestinations } from '../../activities/egress/destinations.ts';
import { networkCode } from '../../activities/connectors/http-answer.ts';
import { reply, startHostile } from './hostile.ts';

const get = (url: string): Outgoing => ({
  method: 'GET',
  url,
  headers: {},
  signal: AbortSignal.timeout(5_000),
});
const codeOf = (request: Promise<unknown>): Promise<string> => request.then(() => 'sent', networkCode);

describe('N01: the way out leads to configured places only', () => {
  test.each([
    '127.0.0.1',
    '127.255.255.254',
    '0.0.0.0',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'fc00::1',
    'fd00:ec2::254',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '64:ff9b::7f00:1',
    '64:ff9b::a00:1',
    '64:ff9b:1::1',
    '2002:7f00:1::',
    '2001:0:7f00:1::',
    'ff02::1',
    'not an address',
  ])('N01: %s is not an address of a stranger', (text) => expect(isPublicAddress(text)).toBe(false));

  test.each(['93.184.216.34', '2606:2800:220:1::1', '8.8.8.8'])('%s is (control)', (text) =>
    expect(isPublicAddress(text)).toBe(true),
  );

  test.each([
    'http://127.1/',
    'http://0x7f000001/',
    'http://2130706433/',
    'http://0177.0.0.1/',
    'http://１２７.0.0.1/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://localhost/',
    'http://localhost./',
    'http://169.254.169.254/latest/meta-data',
    'http://[fd00:ec2::254]/',
    'http://[64:ff9b::7f00:1]/',
    'https://api.example.org.evil.example/',
    'https://api.example.org:8443/',
    'http://api.example.org/',
    'https://api.example.org@127.0.0.1/',
  ])('N01: %s is refused where only https://api.example.org is configured', async (url) => {
    const egress = createEgress(['https://api.example.org']);
    expect(await codeOf(egress.send(get(url)))).toMatch(/^EGRESS_(DESTINATION|URL)$/);
  });

  test.each([
    'file:///etc/passwd',
    'data:text/plain,x',
    'gopher://api.example.org/',
    'ftp://api.example.org/',
    'https://user:pass@api.example.org/',
    'https://user@api.example.org/',
    'api.example.org',
  ])('N01: %s is no address to send to', async (url) => {
    const egress = createEgress(['https://api.example.org']);
    expect(await codeOf(egress.send(get(url)))).toBe('EGRESS_URL');
  });

  test('N01: every spelling of an allowed host is that host', async () => {
    const server = await startHostile((socket) => socket.end(reply('{}')));
    const egress = createEgress([`http://127.0.0.1:${server.port}`]);
    for (const host of ['127.0.0.1', '127.1', '0x7f000001', '2130706433', '0177.0.0.1'])
      expect(await codeOf(egress.send(get(`http://${host}:${server.port}/`)))).toBe('sent');
    expect(server.requests).toHaveLength(5);
    await server.close();
  });

  test('a wildcard stands for names below it, and not for the name itself or one that merely ends alike', () => {
    const places = createDestinations(['https://*.logic.example.org']);
    const found = (url: string): boolean => {
      try {
        places.find(url);
        return true;
      } catch {
        return false;
      }
    };
    expect(found('https://a.b.logic.example.org/x')).toBe(true);
    expect(found('https://logic.example.org/')).toBe(false);
    expect(found('https://evillogic.example.org/')).toBe(false);
    expect(found('http://a.logic.example.org/')).toBe(false);
  });
});

describe('N02: where a name leads is looked at when the connection is made', () => {
  const withNames = (port: number, answers: readonly (readonly string[])[], privateHosts: string[] = []) => {
    let asked = 0;
    return createEgress([`http://rebind.example.org:${port}`], {
      privateHosts,
      resolve: async () => {
        const addresses = answers[Math.min(asked, answers.length - 1)] ?? [];
        asked += 1;
        return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
      },
    });
  };

  test('N02: a name that leads to loopback is refused and nothing arrives there', async () => {
    const server = await startHostile((socket) => socket.end(reply('{}')));
    const egress = withNames(server.port, [['127.0.0.1']]);
    expect(await codeOf(egress.send(get(`http://rebind.example.org:${server.port}/`)))).toBe(
      'EGRESS_ADDRESS',
    );
    expect(server.requests).toEqual([]);
    await server.close();
  });

  test('N02: one address inside among public ones refuses the name', async () => {
    const egress = withNames(80, [['93.184.216.34', '10.0.0.7']]);
    expect(await codeOf(egress.send(get('http://rebind.example.org/')))).toBe('EGRESS_ADDRESS');
  });

  test('N02: a name that was allowed once is looked at again the next time', async () => {
    const server = await startHostile((socket) => socket.end(reply('{}')));
    const url = `http://rebind.example.org:${server.port}/`;
    const listed = withNames(server.port, [['127.0.0.1']], ['rebind.example.org']);
    expect(await codeOf(listed.send(get(url)))).toBe('sent');
    const rebinding = withNames(server.port, [['192.0.2.1'], ['127.0.0.1']]);
    await codeOf(rebinding.send({ ...get(url), deadlineMs: 300 }));
    expect(await codeOf(rebinding.send(get(url)))).toBe('EGRESS_ADDRESS');
    expect(server.requests).toHaveLength(1);
    await server.close();
  });

  test('a name without an address is not found', async () => {
    expect(await codeOf(withNames(80, [[]]).send(get('http://rebind.example.org/')))).toBe('ENOTFOUND');
  });
});

describe('N03: redirects', () => {
  const secret = { authorization: 'Bearer canary-token-71', 'x-api-key': 'canary-key-71' };
  const redirecting = async (location: (port: number) => string, redirects: number, method = 'GET') => {
    const elsewhere = await startHostile((socket) => socket.end(reply('{}')));
    const server = await startHostile((socket, request) =>
      request.includes(' /end ')
        ? socket.end(reply('{"end":true}'))
        : socket.end(reply('', [`location: ${location(elsewhere.port)}`], '302 Found')),
    );
    const egress = createEgress([server.url, elsewhere.url]);
    const sent = egress.send({ ...get(`${server.url}/start`), method, headers: secret, redirects });
    const code = await sent.then(({ status }) => String(status), networkCode);
    const seen = { code, elsewhere: elsewhere.requests.length, here: server.requests.length };
    await Promise.all([server.close(), elsewhere.close()]);
    return seen;
  };

  test('N03: are answers unless asked for', async () => {
    expect(await redirecting(() => '/end', 0)).toEqual({ code: '302', elsewhere: 0, here: 1 });
  });

  test('N03: within the origin are followed', async () => {
    expect(await redirecting(() => '/end', 3)).toEqual({ code: '200', elsewhere: 0, here: 2 });
  });

  test.each([
    ['another origin, even an allowed one', (port: number) => `http://127.0.0.1:${port}/`],
    ['an address inside', () => 'http://169.254.169.254/'],
    ['a file', () => 'file:///etc/passwd'],
    ['data', () => 'data:text/html,x'],
    ['gopher', () => 'gopher://x/'],
    ['credentials', () => 'http://u:p@127.0.0.1/'],
  ])('N03: to %s are refused, and no credential arrives', async (_to, location) => {
    expect(await redirecting(location, 3)).toEqual({ code: 'EGRESS_REDIRECT', elsewhere: 0, here: 1 });
  });

  test('N03: in a circle end', async () => {
    expect((await redirecting(() => '/start', 3)).code).toBe('EGRESS_REDIRECT');
  });

  test('N03: of twenty hops end after the third', async () => {
    let hop = 0;
    expect(await redirecting(() => `/hop-${(hop += 1)}`, 3)).toEqual({
      code: 'EGRESS_REDIRECT',
      elsewhere: 0,
      here: 4,
    });
  });

  test('N03: of a change are never followed', async () => {
    expect(await redirecting(() => '/end', 3, 'POST')).toEqual({ code: '302', elsewhere: 0, here: 1 });
  });
});
