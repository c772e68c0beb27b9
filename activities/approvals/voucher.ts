/** What a gateway signs when it vouches for a word, and both ends of the signature: made there, read here. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import { canonical } from '../../workflows/audit/canonical.ts';
import type { Message } from '../../workflows/ports.ts';
import { sha256 } from '../keys.ts';

export interface Voucher {
  /** The identity provider that the person signed in at, and what it calls them. */
  readonly issuer: string;
  readonly subject: string;
  /** SHA-256 of what is decided on: the card, as the run stored it. */
  readonly card: string;
  /** SHA-256 of the whole word: decision, task, name, reason. */
  readonly word: string;
  /** Names this voucher for ever. */
  readonly id: string;
}

export type ReadVoucher =
  | { readonly kind: 'voucher'; readonly voucher: Voucher }
  | { readonly kind: 'refused'; readonly code: string; readonly reason: string };

const TYPE = 'cordon-voucher+jwt';
const ISSUER = 'cordon-gateway';
const AUDIENCE = 'cordon-run';
const ALGORITHM = 'EdDSA';
/** How long a voucher is good: it waits for a worker that is down, and no longer than this. */
const GOOD_FOR_SECONDS = 60 * 60;
const CLOCKS_DIFFER_SECONDS = 60;

/** SHA-256 of the message in canonical JSON, without its proof. */
export function digestOfWord(message: Message): string {
  const { proof: _proof, ...word } = message;
  return sha256(canonical(word));
}

/** The name of a key: SHA-256 of its public half in DER, base64url. */
export function nameOfKey(publicKey: KeyObject): string {
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return Buffer.from(sha256(der), 'hex').toString('base64url');
}

/** `at`: milliseconds since 1970, by the gateway's clock. */
export async function signVoucher(voucher: Voucher, privateKey: KeyObject, at: number): Promise<string> {
  const { issuer, subject, card, word, id } = voucher;
  const issuedAt = Math.floor(at / 1000);
  return new SignJWT({ idp: issuer, card, word })
    .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: nameOfKey(createPublicKey(privateKey)) })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject(subject)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + GOOD_FOR_SECONDS)
    .setJti(id)
    .sign(privateKey);
}

/** `at`: workflow time, so that a worker's wrong clock neither revives nor kills a vote. Never throws. */
export async function readVoucher(
  jws: string,
  keys: ReadonlyMap<string, KeyObject>,
  at: number,
): Promise<ReadVoucher> {
  try {
    const { payload } = await jwtVerify<{ idp: unknown; card: unknown; word: unknown }>(
      jws,
      ({ kid }) => {
        const key = keys.get(kid ?? '');
        if (key === undefined) throw new errors.JWKSNoMatchingKey();
        return key;
      },
      {
        algorithms: [ALGORITHM],
        typ: TYPE,
        issuer: ISSUER,
        audience: AUDIENCE,
        requiredClaims: ['sub', 'jti', 'iat', 'exp'],
        maxTokenAge: GOOD_FOR_SECONDS,
        clockTolerance: CLOCKS_DIFFER_SECONDS,
        currentDate: new Date(at),
      },
    );
    const { idp, sub, card, word, jti } = payload;
    if (![idp, sub, card, word, jti].every((claim) => typeof claim === 'string' && claim !== ''))
      return refused('voucher_malformed', 'the gateway left out what a voucher must say');
    const voucher = {
      issuer: String(idp),
      subject: String(sub),
      card: String(card),
      word: String(word),
      id: String(jti),
    };
    return { kind: 'voucher', voucher };
  } catch (error) {
    return refusalOf(error);
  }
}

function refusalOf(error: unknown): ReadVoucher {
  if (error instanceof errors.JWTExpired)
    return refused('voucher_expired', 'the gateway vouched for this too long ago; vote again');
  if (error instanceof errors.JWKSNoMatchingKey)
    return refused('voucher_key', 'no gateway that is trusted here signed this; see gateway.trusted_keys');
  return refused('voucher_invalid', 'this is no voucher of a gateway that is trusted here');
}

function refused(code: string, reason: string): ReadVoucher {
  return { kind: 'refused', code, reason };
}
