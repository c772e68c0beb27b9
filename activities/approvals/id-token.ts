/**
 * V3 by an identity provider: the person signed in just now, and the provider's own signature covers a nonce made
 * of the card. Who can prove a sign-in for this card and decision can prove it for no other.
 */
import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { sha256 } from '../keys.ts';
import type { Attestation, Attestor, Word } from './attestation.ts';
import { createIssuerKeys, KeysUnavailable } from './issuer-keys.ts';
import type { RosterSource } from './roster-source.ts';
import { nonceFor } from './statement.ts';

/** Signatures only, with keys of which the provider keeps one half to itself. */
export const TOKEN_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;

export interface IdTokenConfig {
  /** Exactly as the provider writes it. */
  readonly issuer: string;
  /** Where its public keys are; pinned here, never taken from a token. */
  readonly jwksUrl: string;
  /** The client id whose tokens count. */
  readonly audience: string;
  readonly algorithms: readonly (typeof TOKEN_ALGORITHMS)[number][];
  /** How long ago the person may have signed in, seconds. */
  readonly maxAuthAge: number;
  /** Sign-ins of these kinds only (`acr`); empty: of any. */
  readonly acr: readonly string[];
}

/** Between the clocks of the provider and of the server, seconds. */
const TOLERANCE = 60;

export function createIdTokenAttestor(config: IdTokenConfig, rosters: RosterSource): Attestor {
  const keys = createIssuerKeys(new URL(config.jwksUrl));
  return { proof: 'id_token', assurance: 'V3', attest: (word) => attest(config, keys, rosters, word) };
}

async function attest(
  config: IdTokenConfig,
  keys: JWTVerifyGetKey,
  rosters: RosterSource,
  { proof, message, subject, at }: Word,
): Promise<Attestation> {
  if (proof.kind !== 'id_token') return refused('proof_unknown', 'this is no ID token');
  const read = await readToken(config, keys, proof.token, at);
  if (read.kind !== 'claims') return read;
  const flaw = flawOf(config, read.claims, nonceFor(message.kind, subject.digest), at);
  if (flaw !== null) return flaw;
  const current = await rosters.current();
  if (current.kind === 'unavailable') return current;
  const known = current.roster.bySubject(config.issuer, read.claims.sub ?? '');
  switch (known.kind) {
    case 'person':
      return { kind: 'person', person: known.person.id, assurance: 'V3', evidence: sha256(proof.token) };
    case 'barred':
      return refused('service_account', 'workers and services approve nothing');
    case 'unknown':
      return refused('person_unknown', 'the roster lists nobody with this subject at this issuer');
    default:
      return known satisfies never;
  }
}

type Read =
  | { readonly kind: 'claims'; readonly claims: JWTPayload }
  | Extract<Attestation, { readonly kind: 'refused' | 'unavailable' }>;

async function readToken(
  config: IdTokenConfig,
  keys: JWTVerifyGetKey,
  token: string,
  at: number,
): Promise<Read> {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      issuer: config.issuer,
      audience: config.audience,
      algorithms: [...config.algorithms],
      clockTolerance: TOLERANCE,
      currentDate: new Date(at),
      requiredClaims: ['sub', 'exp', 'iat', 'nonce'],
    });
    if (/^at\+/i.test(protectedHeader.typ ?? ''))
      return refused('token_not_for_this', 'this is an access token, not an ID token');
    return { kind: 'claims', claims: payload };
  } catch (error) {
    if (error instanceof KeysUnavailable)
      return { kind: 'unavailable', reason: 'the keys of the identity provider cannot be fetched now' };
    return refusalOf(error);
  }
}

/** Our own words: a library's message may quote the token. */
function refusalOf(error: unknown): Extract<Attestation, { readonly kind: 'refused' }> {
  if (error instanceof errors.JWTExpired)
    return refused('token_expired', 'the token has expired; sign in again');
  if (error instanceof errors.JOSEAlgNotAllowed)
    return refused('token_algorithm', 'the token is not signed with an algorithm that is accepted here');
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
    return refused('token_key_unknown', 'the identity provider has no such key');
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return refused('token_forged', 'the signature of the token is wrong');
  if (error instanceof errors.JWTClaimValidationFailed)
    return refused(
      'token_not_for_this',
      `the token does not fit: its ${claimName(error.claim)} is not what it must be`,
    );
  return refused('token_unreadable', 'this is no token that can be read');
}

/** Claims are named by the provider; the few that are checked here are known. */
function claimName(claim: string): string {
  return ['iss', 'aud', 'exp', 'iat', 'nbf', 'sub', 'nonce'].includes(claim) ? claim : 'content';
}

function flawOf(
  config: IdTokenConfig,
  claims: JWTPayload,
  nonce: string,
  at: number,
): Extract<Attestation, { readonly kind: 'refused' }> | null {
  const now = at / 1000;
  if (typeof claims.iat !== 'number' || claims.iat > now + TOLERANCE)
    return refused('token_not_yet', 'the token says it was made in the future');
  if (claims['nonce'] !== nonce)
    return refused('token_not_for_this', 'the nonce of the token is not made of this card and decision');
  const parties = Array.isArray(claims.aud) && claims.aud.length > 1;
  if ((parties || claims['azp'] !== undefined) && claims['azp'] !== config.audience)
    return refused('token_not_for_this', 'the token was made for another client');
  const signedIn = claims['auth_time'];
  if (typeof signedIn !== 'number' || signedIn > now + TOLERANCE)
    return refused('token_no_sign_in', 'the token does not say when the person signed in; ask for max_age');
  if (signedIn < now - config.maxAuthAge - TOLERANCE)
    return refused('token_old_sign_in', 'the person signed in too long ago; sign in again');
  if (config.acr.length > 0 && !config.acr.includes(String(claims['acr'])))
    return refused('token_weak_sign_in', 'the sign-in was not of a kind that is accepted here');
  return null;
}

function refused(code: string, reason: string): Extract<Attestation, { readonly kind: 'refused' }> {
  return { kind: 'refused', code, reason };
}
