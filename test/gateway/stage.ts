/** A gateway on loopback between an identity provider and a drawer of cards; all HTTP is real. */
import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { Events, OAuth2Server } from 'oauth2-mock-server';
import type { Cards, OpenCard } from '../../client/gateway/cards.ts';
import { createGateway, listen } from '../../client/gateway/gateway.ts';
import { openLogin } from '../../client/gateway/login.ts';
import { freePorts } from '../../client/server/ports.ts';
import { canonical } from '../../workflows/audit/canonical.ts';
import type { ApproveInput } from '../../workflows/messages.ts';
import type { CardBody } from '../../workflows/ports.ts';
import { cardBody } from './samples.ts';

export interface Sent {
  readonly workflowId: string;
  readonly decision: 'approve' | 'reject';
  readonly input: ApproveInput;
}

export interface GatewayStage {
  readonly base: string;
  readonly issuer: string;
  readonly publicKey: string;
  readonly sent: readonly Sent[];
  readonly logged: readonly string[];
  /** Whoever signs in from now on. */
  signInAs(claims: { readonly sub: string; readonly email?: string; readonly nonce?: string }): void;
  open(...cards: readonly OpenCard[]): void;
  /** Moves the gateway's clock. */
  later(ms: number): void;
  close(): Promise<void>;
}

export function openCard(changes: Partial<CardBody> = {}): OpenCard {
  const body = { ...cardBody, ...changes };
  const text = canonical(body);
  const digest = createHash('sha256').update(text).digest('hex');
  return { workflowId: body.workflowId, task: body.task, card: { digest, body }, text, approvals: [] };
}

/** `real`: the cards of a server, instead of a drawer. */
export async function openGatewayStage(real?: Cards): Promise<GatewayStage> {
  const provider = new OAuth2Server();
  const { privateKey: providerKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await provider.issuer.keys.add({
    ...providerKey.export({ format: 'jwk' }),
    kty: 'RSA',
    kid: 'p-1',
    alg: 'RS256',
  });
  const [providerPort = 0, port = 0] = await freePorts(2);
  await provider.start(providerPort, '127.0.0.1');
  provider.issuer.url = `http://127.0.0.1:${providerPort}`;
  let claims: { readonly sub: string; readonly email?: string; readonly nonce?: string } = { sub: 'c-1' };
  provider.service.on(Events.BeforeTokenSigning, (token: { payload: object }) =>
    Object.assign(token.payload, claims),
  );
  const base = `http://127.0.0.1:${port}`;
  const login = await openLogin({
    issuer: provider.issuer.url,
    clientId: 'cordon',
    clientSecret: 'a-secret-of-this-test',
    callback: `${base}/callback`,
  });
  const { privateKey } = generateKeyPairSync('ed25519');
  const sent: Sent[] = [];
  const logged: string[] = [];
  let open: readonly OpenCard[] = [];
  let ahead = 0;
  const cards: Cards = real ?? {
    open: () => Promise.resolve(open),
    find: (workflowId, task) =>
      Promise.resolve(open.find((one) => one.workflowId === workflowId && one.task === task) ?? null),
    send(workflowId, decision, input) {
      sent.push({ workflowId, decision, input });
      return Promise.resolve();
    },
  };
  const gateway = createGateway({
    base: new URL(base),
    login,
    cards,
    key: privateKey,
    now: () => Date.now() + ahead,
    log: (line) => void logged.push(line),
  });
  await listen(gateway, '127.0.0.1', port);
  return {
    base,
    issuer: provider.issuer.url,
    publicKey: createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).toString('base64'),
    sent,
    logged,
    signInAs: (given) => (claims = given),
    open: (...given) => (open = given),
    later: (ms) => void (ahead += ms),
    async close() {
      gateway.close();
      gateway.closeAllConnections();
      await provider.stop();
    },
  };
}
