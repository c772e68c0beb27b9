/**
 * The public keys of an identity provider, from the one address that is configured. That they cannot be fetched says
 * nothing of a token, and must not be taken for a fault of it.
 */
import {
  createRemoteJWKSet,
  customFetch,
  errors,
  type FetchImplementation,
  type JWTVerifyGetKey,
} from 'jose';

export class KeysUnavailable extends Error {
  constructor(cause: unknown) {
    super('the keys of the identity provider cannot be fetched', { cause });
    this.name = 'KeysUnavailable';
  }
}

/** A vote is weighed beside a workflow task, which has seconds. */
const PATIENCE_MS = 3_000;
/** A key that is not known makes the keys be fetched again, this often at most, whoever asks. */
const COOLDOWN_MS = 5_000;
const LARGEST_KEY_SET = 256 * 1024;

export function createIssuerKeys(url: URL): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(url, {
    timeoutDuration: PATIENCE_MS,
    cooldownDuration: COOLDOWN_MS,
    [customFetch]: fetchBounded,
  });
  return async (header, token) => {
    const fetchedJustNow = keys.coolingDown;
    try {
      return await keys(header, token);
    } catch (error) {
      if (!saysSomethingOfTheToken(error)) throw new KeysUnavailable(error);
      // The provider may have rotated within the pause: only a set fetched for this token can say no.
      if (error instanceof errors.JWKSNoMatchingKey && fetchedJustNow) throw new KeysUnavailable(error);
      throw error;
    }
  };
}

function saysSomethingOfTheToken(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSEAlgNotAllowed ||
    error instanceof errors.JOSENotSupported
  );
}

/** As `fetch`, but a reply that never ends is cut off. */
const fetchBounded: FetchImplementation = async (url, options) => {
  const response = await fetch(url, options);
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.byteLength;
    if (size > LARGEST_KEY_SET) throw new Error('the key set is too large');
    parts.push(part);
  }
  return new Response(Buffer.concat(parts), { status: response.status });
};
