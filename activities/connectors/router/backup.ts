/** Reads the whole configuration and keeps it by hash. It holds password digests: it is evidence, not output. */
import { BackupRouterConfig } from '../../catalogue/router.ts';
import type { Deed } from '../deed.ts';
import { keepItems } from '../evidence-items.ts';
import { command } from '../ssh/command.ts';
import { got, refused, type Got } from '../ssh/failure.ts';
import { outputOf, withSession } from '../ssh/session.ts';
import { called, routerAt, type At, type Found } from './at.ts';
import type { CallContext } from '../connector.ts';

export async function readConfig({ router, dialect }: Found, call: CallContext): Promise<Got<string>> {
  const made = command(dialect.config);
  if (made.kind !== 'got') return made;
  const trail = { changeSent: false };
  const config = await withSession(router.ssh, call, trail, (session) =>
    outputOf(session, trail, made.value),
  );
  if (config.kind !== 'got') return config;
  return config.value.trim() === ''
    ? refused(
        'config_empty',
        `${called(router)} shows an empty configuration; check the rights of its SSH user`,
      )
    : got(config.value);
}

export const backupRouterConfig: Deed<At, typeof BackupRouterConfig> = {
  contract: BackupRouterConfig,
  reversibility: 'none',
  repeat: 'natural',
  timeoutMs: 60_000,
  scopes: ['SSH: read the configuration'],
  async perform({ router_ip }, { config, evidence, call }) {
    const found = routerAt(config, router_ip);
    if (found.kind !== 'got') return found;
    const text = await readConfig(found.value, call);
    if (text.kind !== 'got') return text;
    const timestamp = new Date().toISOString();
    const bytes = new TextEncoder().encode(text.value);
    const kept = await keepItems(evidence, call, [
      { name: 'router-config.txt', mediaType: 'text/plain', bytes },
    ]);
    if (kept.kind !== 'kept') return kept;
    const backup = kept.items[0]?.sha256 ?? '';
    return { kind: 'done', output: { backup, bytes: bytes.byteLength, timestamp } };
  },
};
