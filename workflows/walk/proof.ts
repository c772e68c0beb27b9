/** What a word brings to prove whose it is, read with the same distrust: a closed list, each with exact fields. */
import { isObject, type Json, type JsonObject } from '../language/json.ts';
import type { Proof } from '../ports.ts';

type Reading = { readonly kind: 'proof'; readonly proof: Proof } | { readonly kind: 'malformed' };

/** A token of an identity provider with many groups in it stays below this; characters. */
export const LONGEST_TOKEN = 16 * 1024;

const MALFORMED: Reading = { kind: 'malformed' };
/** 64 bytes in base64url without padding, and no other way of writing the same bytes. */
const SIGNATURE = /^[A-Za-z0-9_-]{85}[AQgw]$/;
const KEY = /^[A-Za-z0-9_-]{43}$/;
/** Compact serialization: three parts, of which the last is never empty. */
const COMPACT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

export function readProof(raw: Json): Reading {
  if (!isObject(raw)) return MALFORMED;
  switch (raw['kind']) {
    case 'none':
    case 'principal':
      return has(raw, []) ? { kind: 'proof', proof: { kind: raw['kind'] } } : MALFORMED;
    case 'signature': {
      const { key, signature } = raw;
      if (!has(raw, ['key', 'signature']) || !fits(key, KEY) || !fits(signature, SIGNATURE)) return MALFORMED;
      return { kind: 'proof', proof: { kind: 'signature', key, signature } };
    }
    case 'id_token': {
      const { token } = raw;
      if (!has(raw, ['token']) || !fits(token, COMPACT)) return MALFORMED;
      return { kind: 'proof', proof: { kind: 'id_token', token } };
    }
    case 'brokered': {
      const { jws } = raw;
      if (!has(raw, ['jws']) || !fits(jws, COMPACT)) return MALFORMED;
      return { kind: 'proof', proof: { kind: 'brokered', jws } };
    }
    default:
      return MALFORMED;
  }
}

function has(raw: JsonObject, fields: readonly string[]): boolean {
  return Object.keys(raw).every((field) => field === 'kind' || fields.includes(field));
}

function fits(value: Json | undefined, pattern: RegExp): value is string {
  return typeof value === 'string' && value.length <= LONGEST_TOKEN && pattern.test(value);
}
