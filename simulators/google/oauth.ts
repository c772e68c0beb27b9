/** The token endpoint: checks a signed assertion and hands out a token for one subject and its scopes. */
import { randomBytes, verify, type KeyObject } from 'node:crypto';
import { isObject, type JsonObject } from '../../workflows/language/json.ts';
import type { Reply, Request } from '../serve.ts';

export interface Bearer {
  readonly subject: string;
  readonly scopes: readonly string[];
}

export interface OAuth {
  token(request: Request): Reply;
  /** Whom the request's token speaks for; null when there is none or it is no longer good. */
  bearer(request: Request): Bearer | null;
  /** The token presented is not good any more. */
  withdraw(request: Request): void;
}

const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const AUDIENCE = 'https://oauth2.googleapis.com/token';
const LONGEST_ASSERTION_S = 3600;
const CLOCK_SKEW_S = 300;

export function createOAuth(options: {
  readonly clientEmail: string;
  readonly publicKey: KeyObject;
  /** What the service account was granted in the Admin console. */
  readonly delegatedScopes: readonly string[];
  readonly lifetimeSeconds: number;
  readonly maySignIn: (subject: string) => boolean;
}): OAuth {
  const issued = new Map<string, Bearer & { readonly expires: number }>();

  function grant(claims: JsonObject): Reply {
    const { sub, scope } = claims;
    if (typeof sub !== 'string' || !options.maySignIn(sub))
      return refusal(400, 'invalid_grant', 'Invalid email or User ID');
    const scopes = typeof scope === 'string' ? scope.split(' ').filter((each) => each !== '') : [];
    if (scopes.length === 0) return refusal(400, 'invalid_scope', 'Empty or missing scope not allowed.');
    if (scopes.some((each) => !options.delegatedScopes.includes(each)))
      return refusal(
        401,
        'unauthorized_client',
        'Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of ' +
          'the scopes requested.',
      );
    const token = `ya29.${randomBytes(32).toString('base64url')}`;
    issued.set(token, {
      subject: sub.toLowerCase(),
      scopes,
      expires: Date.now() + options.lifetimeSeconds * 1000,
    });
    const body = { access_token: token, expires_in: options.lifetimeSeconds, token_type: 'Bearer' };
    return { status: 200, body };
  }

  return {
    token(request) {
      const form = new URLSearchParams(request.body);
      if (request.method !== 'POST' || form.get('grant_type') !== GRANT)
        return refusal(400, 'unsupported_grant_type', `Invalid grant_type: ${form.get('grant_type') ?? ''}`);
      const claims = readAssertion(form.get('assertion') ?? '', options.publicKey);
      if (claims === null) return refusal(400, 'invalid_grant', 'Invalid JWT Signature.');
      const fault = wrongClaim(claims, options.clientEmail);
      return fault === null ? grant(claims) : refusal(400, 'invalid_grant', fault);
    },
    bearer(request) {
      const found = issued.get(presented(request));
      return found !== undefined && found.expires > Date.now() ? found : null;
    },
    withdraw(request) {
      issued.delete(presented(request));
    },
  };
}

function presented(request: Request): string {
  return request.headers.authorization?.replace(/^Bearer /, '') ?? '';
}

function refusal(status: number, error: string, description: string): Reply {
  return { status, body: { error, error_description: description } };
}

/** The claims of an RS256 assertion; null unless its signature is the service account's. */
function readAssertion(assertion: string, key: KeyObject): JsonObject | null {
  const [header, claims, signature, ...more] = assertion.split('.');
  if (header === undefined || claims === undefined || signature === undefined || more.length > 0) return null;
  const head = decode(header);
  if (head === null || head['alg'] !== 'RS256') return null;
  const genuine = verify(
    'RSA-SHA256',
    Buffer.from(`${header}.${claims}`),
    key,
    Buffer.from(signature, 'base64url'),
  );
  return genuine ? decode(claims) : null;
}

function decode(part: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function wrongClaim({ iss, aud, iat, exp }: JsonObject, clientEmail: string): string | null {
  const now = Date.now() / 1000;
  if (iss !== clientEmail) return 'Invalid JWT: unknown issuer.';
  if (aud !== AUDIENCE) return 'Invalid JWT: wrong audience.';
  const timely =
    typeof iat === 'number' &&
    typeof exp === 'number' &&
    iat <= now + CLOCK_SKEW_S &&
    exp > now &&
    exp - iat <= LONGEST_ASSERTION_S;
  return timely
    ? null
    : 'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. ' +
        'Check your iat and exp values in the JWT claim.';
}
