/** A Postgres store behind a cable that breaks. */
import { openStores } from '../../activities/stores/index.ts';
import { PASSWORD, urlOf, type TestServer } from '../postgres.ts';
import { layCable, type Cable } from './postgres-proxy.ts';
import type { Fault, Fragile } from './steps.ts';

/** In the database of `url`, which is emptied first. */
export async function fragilePostgres(
  server: TestServer,
  url: string,
  { at, how }: Fault,
): Promise<Fragile & { readonly cable: Cable }> {
  if (how === 'lost twice') throw new Error('nothing is cleaned up over a lost connection');
  await server.query(url, 'DROP SCHEMA IF EXISTS cordon CASCADE');
  const cable = await layCable(server.port);
  const behind = urlOf(cable.port, new URL(url).pathname.slice(1));
  const ledger = await openStores(behind, { password: PASSWORD });
  cable.arm(at, how);
  const open: Fragile['place']['open'] = (options) => openStores(url, { ...options, password: PASSWORD });
  return { ledger, cable, writes: cable.writes, place: { source: url, password: PASSWORD, open } };
}
