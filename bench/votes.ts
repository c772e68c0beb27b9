/**
 * What it costs to weigh a vote: roster read, stored card read, proof verified, rules applied. No server and no
 * connector; the token's issuer is on this machine and its keys are fetched once, as in a worker.
 */
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { stringify } from 'yaml';
import { createApprovals, MASS_TARGETS, MOST_PER_HOUR } from '../activities/approvals/index.ts';
import { keyId } from '../activities/approvals/roster-index.ts';
import { createRosterSource } from '../activities/approvals/roster-source.ts';
import { createAsk } from '../activities/ask.ts';
import { createWeigh } from '../activities/weigh.ts';
import type { World } from '../activities/world.ts';
import { signStatement } from '../client/keys/sign.ts';
import type { Card, CardBody, Proof, RunRef } from '../workflows/ports.ts';

export interface VoteCost {
  readonly proof: 'signature' | 'id_token';
  readonly votes: number;
  readonly medianMs: number;
  readonly p99Ms: number;
}

const ISSUER = 'https://issuer.example';
const AUDIENCE = 'bench';
const PERSON = 'approver';
const REASON = 'what the bench measures';

/** `world` gives what a vote is weighed with besides roster and proofs; its ledger keeps the card. */
export async function measureVotes(
  world: World,
  run: RunRef,
  body: CardBody,
  votes: number,
): Promise<readonly VoteCost[]> {
  const folder = mkdtempSync(join(tmpdir(), 'cordon-votes-'));
  const issuer = await openIssuer();
  try {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const der = publicKey.export({ type: 'spki', format: 'der' });
    const file = join(folder, 'roster.yaml');
    const key = { id: keyId(der), privateKey, publicKey: der.toString('base64') };
    writeFileSync(file, rosterText(key.publicKey), { mode: 0o600 });
    const approvals = createApprovals({
      rosters: createRosterSource(file, null),
      idToken: {
        issuer: ISSUER,
        jwksUrl: issuer.url,
        audience: AUDIENCE,
        algorithms: ['RS256'],
        maxAuthAge: 900,
        acr: [],
      },
      massTargets: MASS_TARGETS,
      mostPerHour: MOST_PER_HOUR,
      notices: null,
    });
    const asked = await createAsk(world)({ run, facts: [], body });
    if ('fault' in asked) throw new Error(asked.fault.message);
    const statement = { decision: 'approve', subject: asked.digest, by: PERSON, reason: REASON } as const;
    const weigh = createWeigh({ ...world, approvals });
    const cost = (proof: Proof & { readonly kind: VoteCost['proof'] }): Promise<VoteCost> =>
      timed(proof.kind, votes, () => weighOnce(weigh, run, asked, proof));
    const signature = signStatement(key, statement);
    if (signature.kind !== 'signature') throw new Error('a key made no signature');
    return [await cost(signature), await cost({ kind: 'id_token', token: await issuer.token(asked.digest) })];
  } finally {
    await issuer.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function weighOnce(
  weigh: ReturnType<typeof createWeigh>,
  run: RunRef,
  card: Card,
  proof: Proof,
): Promise<void> {
  const message = {
    kind: 'approve',
    task: card.body.task,
    digest: card.digest,
    by: PERSON,
    reason: REASON,
    proof,
  } as const;
  const weighed = await weigh({ run, facts: [], message, card, at: Date.now() });
  if (weighed.kind !== 'counts')
    throw new Error(`a vote that is measured must count: ${JSON.stringify(weighed)}`);
}

const WARM_UP = 20;

async function timed(proof: VoteCost['proof'], votes: number, once: () => Promise<void>): Promise<VoteCost> {
  for (let n = 0; n < WARM_UP; n += 1) await once();
  const took: number[] = [];
  for (let n = 0; n < votes; n += 1) {
    const from = performance.now();
    await once();
    took.push(performance.now() - from);
  }
  took.sort((a, b) => a - b);
  const at = (part: number): number => took[Math.min(took.length - 1, Math.floor(took.length * part))] ?? 0;
  return { proof, votes, medianMs: at(0.5), p99Ms: at(0.99) };
}

function rosterText(publicKey: string): string {
  const subjects = [{ issuer: ISSUER, sub: PERSON }];
  return stringify({ persons: [{ id: PERSON, name: 'Approver', keys: [{ key: publicKey }], subjects }] });
}

interface Issuer {
  readonly url: string;
  readonly token: (nonce: string) => Promise<string>;
  readonly close: () => Promise<void>;
}

async function openIssuer(): Promise<Issuer> {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'bench', alg: 'RS256', use: 'sig' }];
  const server = createServer((_request, response) => void response.end(JSON.stringify({ keys })));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/keys`,
    token: (nonce) =>
      new SignJWT({ nonce, auth_time: Math.floor(Date.now() / 1000) })
        .setProtectedHeader({ alg: 'RS256', kid: 'bench' })
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setSubject(PERSON)
        .setIssuedAt()
        .setExpirationTime('10 minutes')
        .sign(privateKey),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
