/** ID tokens of an issuer on this machine, which can be made to lie, to rotate its keys, and to be down. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  exportJWK,
  exportSPKI,
  generateKeyPair,
  SignJWT,
  UnsecuredJWT,
  type CryptoKey,
  type JWK,
} from 'jose';
import { createIdTokenAttestor, type IdTokenConfig } from '../../activities/approvals/id-token.ts';
import { nonceFor } from '../../activities/approvals/statement.ts';
import { LONGEST_TOKEN, readProof } from '../../workflows/walk/proof.ts';
import type { Attestation } from '../../activities/approvals/attestation.ts';
import type { Message } from '../../workflows/ports.ts';
import { RUN } from '../activities/samples.ts';
import { temporaryFolder } from '../audit/samples.ts';
import { ISSUER, rostersFrom, writeRoster } from './people.ts';

const NOW = Math.floor(Date.now() / 1000);
const DIGEST = 'c'.repeat(64);
const AUDIENCE = 'cordon';

interface Signer {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

async function newSigner(kid: string): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' } };
}

const issuer = { keys: [] as JWK[], down: false, asked: 0 };
let server: Server;
let signer: Signer;
let publicPem: string;
const rosters = rostersFrom(
  writeRoster(temporaryFolder(), [{ id: 'sam', subjects: [{ issuer: ISSUER, sub: 'subject-sam' }] }]),
);

beforeAll(async () => {
  server = createServer((_request, response) => {
    issuer.asked += 1;
    if (issuer.down) return void response.writeHead(503).end();
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ keys: issuer.keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const pair = await generateKeyPair('RS256', { extractable: true });
  publicPem = await exportSPKI(pair.publicKey);
  signer = {
    kid: 'one',
    privateKey: pair.privateKey,
    jwk: { ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' },
  };
});
afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));

function config(more: Partial<IdTokenConfig> = {}): IdTokenConfig {
  const { port } = server.address() as AddressInfo;
  return {
    issuer: ISSUER,
    jwksUrl: `http://127.0.0.1:${port}/jwks`,
    audience: AUDIENCE,
    algorithms: ['RS256'],
    maxAuthAge: 900,
    acr: [],
    ...more,
  };
}

const CLAIMS = {
  iss: ISSUER,
  aud: AUDIENCE,
  sub: 'subject-sam',
  iat: NOW,
  exp: NOW + 300,
  auth_time: NOW - 30,
  nonce: DIGEST,
};

function token(claims: object = {}, by: Signer = signer, header: object = {}): Promise<string> {
  return new SignJWT({ ...CLAIMS, ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: by.kid, ...header })
    .sign(by.privateKey);
}

interface Attested {
  readonly decision?: 'approve' | 'reject';
  readonly at?: number;
  readonly with?: Partial<IdTokenConfig>;
}

/** A fresh attestor for each, unless one is handed along: what one has fetched is no news to another. */
function attest(given: string, { decision = 'approve', at = NOW * 1000, with: more = {} }: Attested = {}) {
  return ask(createIdTokenAttestor(config(more), rosters), given, decision, at);
}

function ask(
  attestor: ReturnType<typeof createIdTokenAttestor>,
  given: string,
  decision: 'approve' | 'reject' = 'approve',
  at = NOW * 1000,
): Promise<Attestation> {
  const message: Message = { kind: decision, task: 'clean', digest: DIGEST, by: 'sam', reason: 'seen' };
  const subject = { digest: DIGEST, text: '' };
  return attestor.attest({ message, proof: { kind: 'id_token', token: given }, subject, run: RUN, at });
}

describe('a sign-in', () => {
  beforeAll(() => {
    issuer.keys = [signer.jwk];
  });

  test('whose nonce is the card’s digest proves the person, by subject and issuer', async () => {
    expect(await attest(await token())).toMatchObject({ kind: 'person', person: 'sam', assurance: 'V3' });
  });

  test('A05: for an approval proves no refusal, and the other way round', async () => {
    expect(await attest(await token(), { decision: 'reject' })).toMatchObject({ code: 'token_not_for_this' });
    const refusal = await token({ nonce: nonceFor('reject', DIGEST) });
    expect(await attest(refusal, { decision: 'reject' })).toMatchObject({ kind: 'person' });
    expect(await attest(refusal)).toMatchObject({ code: 'token_not_for_this' });
  });

  test.each([
    ['expired', { exp: NOW - 61, iat: NOW - 600 }, 'token_expired'],
    ['of the future', { iat: NOW + 120, exp: NOW + 600 }, 'token_not_yet'],
    ['for another client', { aud: 'payroll' }, 'token_not_for_this'],
    [
      'for several clients, not made for us',
      { aud: [AUDIENCE, 'payroll'], azp: 'payroll' },
      'token_not_for_this',
    ],
    ['with another nonce', { nonce: 'd'.repeat(64) }, 'token_not_for_this'],
    ['with a shortened nonce', { nonce: DIGEST.slice(0, 32) }, 'token_not_for_this'],
    ['without a nonce', { nonce: undefined }, 'token_not_for_this'],
    ['from another issuer', { iss: 'https://evil.example' }, 'token_not_for_this'],
    ['of a sign-in long ago', { auth_time: NOW - 3_600 }, 'token_old_sign_in'],
    ['that does not say when the person signed in', { auth_time: undefined }, 'token_no_sign_in'],
    ['of somebody who is not on the roster', { sub: 'subject-mallory' }, 'person_unknown'],
  ])('A09: %s is refused', async (_what, claims, code) => {
    expect(await attest(await token(claims))).toMatchObject({ kind: 'refused', code });
  });

  test('F06: a minute between the clocks is tolerated, and no more', async () => {
    const fresh = await token({ exp: NOW + 10 });
    expect(await attest(fresh, { at: (NOW + 60) * 1000 })).toMatchObject({ kind: 'person' });
    expect(await attest(fresh, { at: (NOW + 75) * 1000 })).toMatchObject({ code: 'token_expired' });
  });

  test('F06: what the worker’s own clock says makes no difference: workflow time is what counts', async () => {
    const hours = 3_600_000;
    expect(await attest(await token(), { at: NOW * 1000 + 10 * hours })).toMatchObject({
      code: 'token_expired',
    });
    expect(await attest(await token(), { at: NOW * 1000 - 10 * hours })).toMatchObject({ kind: 'refused' });
  });

  test('A09: without a signature, or signed with the public key as a password, is refused', async () => {
    const unsigned = new UnsecuredJWT(CLAIMS).encode();
    expect(readProof({ kind: 'id_token', token: unsigned }).kind).toBe('malformed');
    expect(await attest(`${unsigned}AAAA`)).toMatchObject({ code: 'token_algorithm' });
    const confused = await new SignJWT(CLAIMS)
      .setProtectedHeader({ alg: 'HS256', kid: 'one' })
      .sign(new TextEncoder().encode(publicPem));
    expect(await attest(confused)).toMatchObject({ code: 'token_algorithm' });
  });

  test('A09: signed by nobody we know, or changed afterwards, is refused', async () => {
    const stranger = await newSigner('one');
    expect(await attest(await token({}, stranger))).toMatchObject({ code: 'token_forged' });
    const [head = '', body = '', tail = ''] = (await token()).split('.');
    const other = Buffer.from(
      JSON.stringify({ ...CLAIMS, sub: 'subject-sam', nonce: DIGEST, x: 1 }),
    ).toString('base64url');
    expect(await attest([head, other, tail].join('.'))).toMatchObject({ code: 'token_forged' });
    expect(await attest([head, body, 'AAAA'].join('.'))).toMatchObject({ kind: 'refused' });
    expect(await attest('not.a.token')).toMatchObject({ code: 'token_unreadable' });
  });

  test('A09: an access token is no ID token', async () => {
    expect(await attest(await token({}, signer, { typ: 'at+jwt' }))).toMatchObject({
      code: 'token_not_for_this',
    });
  });

  test('A09: of a kind that is not asked for is refused where one is', async () => {
    const strict = { with: { acr: ['phr'] } };
    expect(await attest(await token(), strict)).toMatchObject({ code: 'token_weak_sign_in' });
    expect(await attest(await token({ acr: 'phr' }), strict)).toMatchObject({ kind: 'person' });
  });

  test('A09: a token of a megabyte is not even read', () => {
    const huge = `${'a'.repeat(LONGEST_TOKEN)}.b.c`;
    expect(readProof({ kind: 'id_token', token: huge }).kind).toBe('malformed');
  });

  test('A09: a key the issuer does not have is refused, once the issuer itself has said so', async () => {
    const stranger = await newSigner('unknown');
    expect(await attest(await token({}, stranger))).toMatchObject({ code: 'token_key_unknown' });
  });

  test('A09: a key that was rotated in counts, and within the pause between two fetches it waits', async () => {
    const attestor = createIdTokenAttestor(config(), rosters);
    expect(await ask(attestor, await token())).toMatchObject({ kind: 'person' });
    const next = await newSigner('two');
    issuer.keys = [next.jwk];
    const rotated = await token({}, next);
    expect(await ask(attestor, rotated)).toMatchObject({ kind: 'unavailable' });
    expect(await attest(rotated)).toMatchObject({ kind: 'person' });
    expect(await attest(await token())).toMatchObject({ code: 'token_key_unknown' });
    issuer.keys = [signer.jwk];
  });

  test('A09: while the issuer is down nothing is assumed: the word waits', async () => {
    issuer.down = true;
    expect(await attest(await token())).toMatchObject({ kind: 'unavailable' });
    issuer.down = false;
    expect(await attest(await token())).toMatchObject({ kind: 'person' });
  });
});
