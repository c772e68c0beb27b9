/** Whoever the server trusts to say who somebody is: a key, its public half on loopback, and tokens. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export interface Issuer {
  readonly jwksUrl: string;
  /** A token for `sub` with these permissions, `<namespace>:<role>`; `temporal-system:admin` opens everything. */
  token(sub: string, ...permissions: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

/** The default claim mapper of Temporal takes ES256 and RS256. */
const ALGORITHM = 'ES256';

export async function openIssuer(name: string): Promise<Issuer> {
  const { publicKey, privateKey } = await generateKeyPair(ALGORITHM);
  const kid = `${name}-1`;
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid, alg: ALGORITHM, use: 'sig' }] };
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(jwks));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    jwksUrl: `${url}/jwks.json`,
    token: (sub, ...permissions) =>
      new SignJWT({ permissions })
        .setProtectedHeader({ alg: ALGORITHM, kid })
        .setIssuer(url)
        .setSubject(sub)
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(privateKey),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
