/** The token service: client credentials in, bearer tokens with app roles out. */
import { randomBytes } from 'node:crypto';
import type { Reply, Request } from '../serve.ts';

export interface Application {
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** App roles consented to by an administrator; every token carries them. */
  readonly roles: readonly string[];
  /** Life of a token, seconds. */
  readonly tokenSeconds: number;
}

export interface Entra {
  /** Null: not a path of the token service. */
  handle(request: Request): Reply | null;
  /** Roles of the token in an Authorization header; null when it is unknown or no longer good. */
  rolesOf(authorization: string | undefined): readonly string[] | null;
  revoke(authorization: string | undefined): void;
}

export function createEntra(application: Application): Entra {
  const tokens = new Map<string, number>();
  const tokenOf = (authorization: string | undefined) => /^Bearer (.+)$/.exec(authorization ?? '')?.[1] ?? '';
  return {
    handle(request) {
      const [, tenant, ...rest] = request.path.split('/');
      const route = `${request.method} ${rest.join('/')}`;
      if (route === 'GET v2.0/.well-known/openid-configuration') return discovery(request, tenant ?? '');
      if (route !== 'POST oauth2/v2.0/token') return null;
      const refusal = refuse(application, tenant ?? '', new URLSearchParams(request.body));
      if (refusal !== null) return refusal;
      const token = `sim.${randomBytes(32).toString('base64url')}`;
      tokens.set(token, Date.now() + application.tokenSeconds * 1000);
      const life = { expires_in: application.tokenSeconds, ext_expires_in: application.tokenSeconds };
      return { status: 200, body: { token_type: 'Bearer', ...life, access_token: token } };
    },
    rolesOf(authorization) {
      const expires = tokens.get(tokenOf(authorization));
      return expires !== undefined && expires > Date.now() ? application.roles : null;
    },
    revoke(authorization) {
      tokens.delete(tokenOf(authorization));
    },
  };
}

/** Addresses are https as the identity library demands; who serves plain http on loopback is asked there. */
function discovery(request: Request, tenant: string): Reply {
  const root = `https://${request.headers.host ?? '127.0.0.1'}/${tenant}`;
  return {
    status: 200,
    body: {
      issuer: `${root}/v2.0`,
      authorization_endpoint: `${root}/oauth2/v2.0/authorize`,
      token_endpoint: `${root}/oauth2/v2.0/token`,
      end_session_endpoint: `${root}/oauth2/v2.0/logout`,
      jwks_uri: `${root}/discovery/v2.0/keys`,
      response_types_supported: ['code'],
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['RS256'],
    },
  };
}

function refuse(application: Application, tenant: string, form: URLSearchParams): Reply | null {
  if (tenant !== application.tenantId)
    return entraError(400, 'invalid_request', 90002, `Tenant '${tenant}' not found.`);
  if (form.get('grant_type') !== 'client_credentials')
    return entraError(400, 'unsupported_grant_type', 70003, 'The app requested an unsupported grant type.');
  if (form.get('client_id') !== application.clientId)
    return entraError(400, 'unauthorized_client', 700016, 'Application was not found in the directory.');
  if (form.get('client_secret') !== application.clientSecret)
    return entraError(401, 'invalid_client', 7000215, 'Invalid client secret provided.');
  // The library adds the OpenID scopes of its own accord.
  const scopes = (form.get('scope') ?? '').split(' ');
  if (!scopes.some((scope) => scope.endsWith('/.default')))
    return entraError(400, 'invalid_scope', 1002012, 'The provided value for scope is not valid.');
  return null;
}

function entraError(status: number, error: string, number: number, text: string): Reply {
  return {
    status,
    body: {
      error,
      error_description: `AADSTS${number}: ${text}`,
      error_codes: [number],
      timestamp: new Date().toISOString(),
    },
  };
}
