/** What a call keeps before it acts: a new password in a vault, how things stood, evidence in a bucket or a folder. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startS3Double } from '../../evidence/s3-double.ts';
import { startVaultDouble } from '../../secrets/vault-double.ts';
import { openGoogle } from '../google-workspace-actions.ts';
import { VICTIM } from '../google-workspace-world.ts';
import type { Subject } from './family.ts';
import { googleSection, passwordIsKept, type GooglePlace } from './google-workspace.ts';
import type { Action } from './action.ts';
import { holdingHttp } from './place.ts';
import { startRelay } from './relay.ts';

/** Secrets lie in a vault; its line and the provider's are held alike. */
async function openWithVault(): Promise<GooglePlace> {
  const world = await openGoogle();
  const double = await startVaultDouble();
  const toVault = await startRelay(Number(new URL(double.url).port));
  const toGoogle = await startRelay(Number(new URL(world.simulator.url).port));
  const kept = () => double.arrived.filter(({ method, url }) => method === 'POST' && url.includes('/data/'));
  const effects = (): number => kept().length + world.effects().length;
  const lines = [holdingHttp(toVault, effects), holdingHttp(toGoogle, effects)];
  return {
    world,
    settings: (keep) => ({
      secrets: { keep_in: 'vault', vault: { url: toVault.url, token: keep('vault', double.rootToken) } },
      connectors: { google_workspace: googleSection(world, keep, toGoogle.url) },
    }),
    effects,
    state: () => world.state(),
    hold: (moment, telling) => Promise.race(lines.map((line) => line.hold(moment, telling))),
    letGo: () => lines.forEach((line) => line.letGo()),
    async close() {
      await Promise.all([toVault.close(), toGoogle.close(), double.close(), world.close()]);
    },
  };
}

async function openWithBucket(): Promise<GooglePlace> {
  const world = await openGoogle();
  const double = await startS3Double();
  const relay = await startRelay(Number(new URL(double.url).port));
  const { bucket, accessKeyId, secretAccessKey, objects } = double;
  const effects = (): number => [...objects.keys()].filter((key) => key.includes('sha256/')).length;
  return {
    world,
    settings: (keep) => ({
      connectors: { google_workspace: googleSection(world, keep, world.simulator.url) },
      evidence_s3: {
        bucket,
        region: 'us-east-1',
        endpoint: relay.url,
        path_style: true,
        access_key: keep('s3-access', accessKeyId),
        secret_key: keep('s3-secret', secretAccessKey),
      },
    }),
    effects,
    state: () => world.state(),
    ...holdingHttp(relay, effects),
    async close() {
      await relay.close();
      await Promise.all([double.close(), world.close()]);
    },
  };
}

async function openWithFolder(): Promise<GooglePlace> {
  const world = await openGoogle();
  const folder = mkdtempSync(join(tmpdir(), 'cordon-kept-'));
  return {
    world,
    settings: (keep) => ({
      evidence: folder,
      connectors: { google_workspace: googleSection(world, keep, world.simulator.url) },
    }),
    effects: () => readdirSync(join(folder, 'sha256')).length,
    state: () => world.state(),
    hold: () => Promise.reject(new Error('there is no line to a folder')),
    letGo: () => undefined,
    async close() {
      await world.close();
      rmSync(folder, { recursive: true });
    },
  };
}

const connector = 'google-workspace';
const input = () => ({ user_email: VICTIM });
const rotating: Action<GooglePlace> = {
  connector,
  type: 'RotatePassword',
  where: 'secrets in a vault',
  effects: 2,
  anew: true,
  input,
  sound: passwordIsKept,
};
const forwarding: Action<GooglePlace> = {
  connector,
  type: 'StopForwarding',
  where: 'secrets in a vault',
  effects: 2,
  anew: true,
  input,
};
const collecting: Action<GooglePlace> = {
  connector,
  type: 'EvidenceSnapshot',
  effects: 11,
  input: () => ({ ...input(), case_id: 'CASE-1' }),
};

export const keeping: readonly Subject<GooglePlace>[] = [
  { action: rotating, open: openWithVault },
  { action: forwarding, open: openWithVault },
  { action: { ...collecting, where: 'evidence in a bucket' }, open: openWithBucket },
  { action: { ...collecting, where: 'evidence in a folder', local: true }, open: openWithFolder },
];
