/** The gateway's part of cordon.yaml: what workers believe, and what the gateway itself runs with. */
import type { ConfigFile } from './config-schema.ts';

export interface GatewayConfig {
  /** Public keys of the gateways whose word counts here: SPKI in DER, base64. */
  readonly trustedKeys: readonly string[];
  /** Null: no gateway is run from this file. */
  readonly serve: GatewayService | null;
}

export interface GatewayService {
  /** As browsers know it. */
  readonly url: string;
  readonly listen: { readonly host: string; readonly port: number };
  readonly issuer: string;
  readonly clientId: string;
  /** A reference; null for a public client. */
  readonly clientSecret: string | null;
  /** A reference to an Ed25519 private key, PKCS #8 in PEM. */
  readonly signingKey: string;
}

export function gatewayFrom({ trusted_keys: trustedKeys, serve }: ConfigFile['gateway']): GatewayConfig {
  if (serve === undefined) return { trustedKeys, serve: null };
  const [host = '', port = ''] = serve.listen.split(':');
  return {
    trustedKeys,
    serve: {
      url: serve.url,
      listen: { host, port: Number(port) },
      issuer: serve.issuer,
      clientId: serve.client_id,
      clientSecret: serve.client_secret ?? null,
      signingKey: serve.signing_key,
    },
  };
}
