/** Signing in at the identity provider: authorization code with PKCE, state and nonce. */
import * as oidc from 'openid-client';
import type { Errand, SignedIn } from './sessions.ts';

export interface LoginSettings {
  readonly issuer: string;
  readonly clientId: string;
  /** Null: a public client, which PKCE alone protects. */
  readonly clientSecret: string | null;
  /** Where the identity provider sends people back to. */
  readonly callback: string;
}

export interface Login {
  /** Where to send the browser, and what to remember until it comes back. */
  begin(next: string): Promise<{ readonly to: string; readonly errand: Errand }>;
  /** Throws when the answer does not belong to this errand, or the provider refuses. */
  end(answer: URL, errand: Errand): Promise<SignedIn>;
}

/** Throws when the provider cannot be reached or is another than it says. */
export async function openLogin(settings: LoginSettings): Promise<Login> {
  const issuer = new URL(settings.issuer);
  const { clientId, clientSecret, callback } = settings;
  const config = await oidc.discovery(
    issuer,
    clientId,
    {},
    clientSecret === null ? oidc.None() : oidc.ClientSecretPost(clientSecret),
    // The configuration admits http on this machine only.
    { execute: issuer.protocol === 'http:' ? [oidc.allowInsecureRequests] : [], timeout: 10 },
  );
  return {
    async begin(next) {
      const errand = {
        state: oidc.randomState(),
        nonce: oidc.randomNonce(),
        verifier: oidc.randomPKCECodeVerifier(),
        next,
      };
      const to = oidc.buildAuthorizationUrl(config, {
        redirect_uri: callback,
        scope: 'openid profile email',
        state: errand.state,
        nonce: errand.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(errand.verifier),
        code_challenge_method: 'S256',
      });
      return { to: to.href, errand };
    },
    async end(answer, { state, nonce, verifier }) {
      const tokens = await oidc.authorizationCodeGrant(config, answer, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims === undefined) throw new Error('the identity provider sent no ID token');
      const named = [claims['email'], claims['name'], claims['preferred_username']].find(
        (one): one is string => typeof one === 'string' && one.trim() !== '',
      );
      return { issuer: claims.iss, subject: claims.sub, shown: (named ?? claims.sub).slice(0, 200) };
    },
  };
}
