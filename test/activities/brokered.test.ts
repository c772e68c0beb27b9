import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { SignJWT } from 'jose';
import type { Attestation } from '../../activities/approvals/attestation.ts';
import { createBrokeredAttestor, readTrustedKeys } from '../../activities/approvals/brokered.ts';
import type { Known } from '../../activities/approvals/roster.ts';
import { digestOfWord, nameOfKey, signVoucher, type Voucher } from '../../activities/approvals/voucher.ts';
import type { Message } from '../../workflows/ports.ts';
import { rosterOf, rostersOf } from '../principal/roster.ts';
import { RUN } from '../principal/samples.ts';

const ours = generateKeyPairSync('ed25519');
const theirs = generateKeyPairSync('ed25519');
const spki = (key: KeyObject): string => key.export({ type: 'spki', format: 'der' }).toString('base64');
const AT = Date.UTC(2026, 5, 1, 12);
const ISSUER = 'https://login.corp.example';
const DIGEST = 'c'.repeat(64);
const APPROVE: Message = {
  kind: 'approve',
  task: 'rotate',
  digest: DIGEST,
  by: 'Carol',
  reason: 'called the owner',
};
const VOUCHER: Voucher = {
  issuer: ISSUER,
  subject: 'c-1',
  card: DIGEST,
  word: digestOfWord(APPROVE),
  id: 'v-1',
};

const known = (subject: string): Known => {
  const carol = rosterOf().byAccount('carol');
  return subject === 'c-1' ? carol : subject === 'robot' ? { kind: 'barred' } : { kind: 'unknown' };
};
const rosters = rostersOf({
  bySubject: (issuer, subject) => (issuer === ISSUER ? known(subject) : { kind: 'unknown' }),
});

interface Case {
  readonly jws?: string;
  readonly voucher?: Partial<Voucher>;
  readonly key?: KeyObject;
  readonly signedAt?: number;
  readonly message?: Message;
  readonly digest?: string;
  readonly at?: number;
}

async function attest(given: Case = {}): Promise<Attestation> {
  const trusted = readTrustedKeys([spki(ours.publicKey)]);
  if (trusted.kind === 'problems') throw new Error(trusted.problems.join('\n'));
  const {
    voucher,
    key = ours.privateKey,
    signedAt = AT,
    message = APPROVE,
    digest = DIGEST,
    at = AT,
  } = given;
  const jws = given.jws ?? (await signVoucher({ ...VOUCHER, ...voucher }, key, signedAt));
  return createBrokeredAttestor({ rosters, keys: trusted.keys }).attest({
    message: { ...message, proof: { kind: 'brokered', jws } },
    proof: { kind: 'brokered', jws },
    subject: { digest, text: '{}' },
    run: RUN,
    at,
  });
}

const codeOf = async (given?: Case): Promise<string> => {
  const attestation = await attest(given);
  return attestation.kind === 'refused' ? attestation.code : attestation.kind;
};

const MINUTE = 60_000;

describe('a vote that a gateway vouches for', () => {
  test('counts as the person who signed in, at level V2, whatever name the word carries', async () => {
    expect(await attest()).toMatchObject({ kind: 'person', person: 'carol', assurance: 'V2' });
  });

  test('is of one word: another decision, task, name, reason or count is another', async () => {
    const others: readonly Message[] = [
      { ...APPROVE, kind: 'reject' },
      { ...APPROVE, kind: 'withdraw' },
      { ...APPROVE, task: 'wipe' },
      { ...APPROVE, by: 'bob' },
      { ...APPROVE, reason: 'just because' },
      { ...APPROVE, targets: 38 },
    ];
    for (const message of others) expect(await codeOf({ message })).toBe('voucher_other_word');
  });

  test('A05: is of one card: the same voucher in another request is refused', async () => {
    expect(await codeOf({ digest: 'd'.repeat(64) })).toBe('voucher_other_card');
    expect(await codeOf({ voucher: { card: 'd'.repeat(64) } })).toBe('voucher_other_card');
  });

  test('A05: said twice has the same evidence, so that it can be told from a second vote', async () => {
    const jws = await signVoucher(VOUCHER, ours.privateKey, AT);
    const [once, again] = [await attest({ jws }), await attest({ jws, at: AT + MINUTE })];
    expect(once).toEqual(again);
    const other = await attest({ voucher: { id: 'v-2' } });
    expect([once.kind, other.kind]).toEqual(['person', 'person']);
    expect(other).not.toEqual(once);
  });

  test('A03: of somebody the roster does not list, of a service, or of another issuer does not count', async () => {
    expect(await codeOf({ voucher: { subject: 'eve' } })).toBe('person_unknown');
    expect(await codeOf({ voucher: { subject: 'robot' } })).toBe('service_account');
    expect(await codeOf({ voucher: { issuer: 'https://login.evil.example' } })).toBe('person_unknown');
  });

  test('A09: is good for an hour of workflow time, give or take a minute, and not before it was made', async () => {
    const table: readonly (readonly [offset: number, code: string])[] = [
      [-2 * MINUTE, 'voucher_invalid'],
      [-MINUTE / 2, 'person'],
      [0, 'person'],
      [60 * MINUTE, 'person'],
      [62 * MINUTE, 'voucher_expired'],
    ];
    for (const [offset, code] of table)
      expect([offset, await codeOf({ at: AT + offset })]).toEqual([offset, code]);
  });

  test('A09: of a key that is not trusted here does not count, nor under the name of one that is', async () => {
    expect(await codeOf({ key: theirs.privateKey })).toBe('voucher_key');
    const forged = await new SignJWT({ idp: ISSUER, card: DIGEST, word: VOUCHER.word })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'cordon-voucher+jwt', kid: nameOfKey(ours.publicKey) })
      .setIssuer('cordon-gateway')
      .setAudience('cordon-run')
      .setSubject('c-1')
      .setIssuedAt(AT / 1000)
      .setExpirationTime(AT / 1000 + 600)
      .setJti('v-1')
      .sign(theirs.privateKey);
    expect(await codeOf({ jws: forged })).toBe('voucher_invalid');
  });

  test('A09: without signature, signed with the public key as a secret, or of another kind does not count', async () => {
    const claims = {
      iss: 'cordon-gateway',
      aud: 'cordon-run',
      sub: 'c-1',
      iat: AT / 1000,
      exp: AT / 1000 + 600,
    };
    const body = encoded({ ...claims, jti: 'v-1', idp: ISSUER, card: DIGEST, word: VOUCHER.word });
    const kid = nameOfKey(ours.publicKey);
    const none = `${encoded({ alg: 'none', kid, typ: 'cordon-voucher+jwt' })}.${body}.AAAA`;
    const hs = `${encoded({ alg: 'HS256', kid, typ: 'cordon-voucher+jwt' })}.${body}`;
    const secret = createPublicKey(ours.privateKey).export({ type: 'spki', format: 'pem' });
    const mac = createHmac('sha256', secret).update(hs).digest('base64url');
    const wrongs = [none, `${hs}.${mac}`, 'a.b.c', `${'a'.repeat(1_000_000)}.b.c`];
    for (const jws of wrongs) expect(await codeOf({ jws })).toMatch(/^voucher_(invalid|key)$/);
    const login = await new SignJWT({ idp: ISSUER, card: DIGEST, word: VOUCHER.word })
      .setProtectedHeader({ alg: 'EdDSA', kid })
      .setIssuer('cordon-gateway')
      .setAudience('cordon-run')
      .setSubject('c-1')
      .setIssuedAt(AT / 1000)
      .setExpirationTime(AT / 1000 + 600)
      .setJti('v-1')
      .sign(ours.privateKey);
    expect(await codeOf({ jws: login })).toBe('voucher_invalid');
  });
});

test('a key that is none is refused when the list is read', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
  expect(readTrustedKeys([spki(ours.publicKey), 'AAAA', spki(rsa)])).toEqual({
    kind: 'problems',
    problems: [
      'gateway.trusted_keys: entry 2 is no Ed25519 public key',
      'gateway.trusted_keys: entry 3 is no Ed25519 public key',
    ],
  });
});

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
