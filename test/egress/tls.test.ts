import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { answerForThrown } from '../../activities/connectors/http-answer.ts';
import { createEgress } from '../../activities/egress/egress.ts';
import { createAuthority, type Certified } from './certificates.ts';

const authority = createAuthority();
let server: Server | undefined;
let arrived = 0;
afterEach(() => {
  server?.close();
  server = undefined;
  arrived = 0;
  delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
});

async function ask(
  shown: Certified,
  trusted: readonly string[],
  more: { readonly maxVersion?: 'TLSv1.1'; readonly minVersion?: 'TLSv1' } = {},
) {
  server = createServer({ ...shown, ...more, ciphers: 'DEFAULT@SECLEVEL=0' }, (_request, response) => {
    arrived += 1;
    response.end('{}');
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const egress = createEgress([origin], { authorities: trusted });
  const request = { method: 'POST', url: origin, headers: {}, signal: AbortSignal.timeout(5_000) };
  return egress.send(request).then(
    ({ status }) => String(status),
    (error: unknown) => answerForThrown('provider', error, true),
  );
}

const REFUSED = { kind: 'refused', fault: { code: 'provider_tls' } };

describe('N06: who cannot prove who they are gets nothing', () => {
  const good = () => authority.issue({ name: 'server', address: '127.0.0.1' });

  test('a certificate of a named authority is believed (control)', async () => {
    expect(await ask(good(), [authority.cert])).toBe('200');
  });

  test('N06: one of an authority nobody named is not', async () => {
    expect(await ask(good(), [])).toMatchObject(REFUSED);
    expect(arrived).toBe(0);
  });

  test('N06: nor one that has expired', async () => {
    const until = new Date(Date.now() - 60_000);
    const expired = authority.issue({ name: 'server', address: '127.0.0.1', until });
    expect(await ask(expired, [authority.cert])).toMatchObject(REFUSED);
    expect(arrived).toBe(0);
  });

  test('N06: nor one for another host', async () => {
    const other = authority.issue({ name: 'server', address: '127.0.0.2' });
    expect(await ask(other, [authority.cert])).toMatchObject(REFUSED);
    expect(arrived).toBe(0);
  });

  test('N06: nor one signed by itself', async () => {
    expect(await ask(createAuthority(), [])).toMatchObject(REFUSED);
    expect(arrived).toBe(0);
  });

  test('N06: nor a protocol from before TLS 1.2', async () => {
    const old = { maxVersion: 'TLSv1.1', minVersion: 'TLSv1' } as const;
    expect(await ask(good(), [authority.cert], old)).toMatchObject(REFUSED);
    expect(arrived).toBe(0);
  });

  test('N06: the variable that switches verification off for Node does not switch it off here', async () => {
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    expect(await ask(good(), [])).toMatchObject(REFUSED);
    expect(arrived).toBe(0);
  });
});
