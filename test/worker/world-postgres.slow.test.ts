import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { stringify } from 'yaml';
import { loadConfig, type Config } from '../../worker/config.ts';
import { openWorld } from '../../worker/world.ts';
import { event } from '../audit/samples.ts';
import { verdictOf } from '../contracts/place.ts';
import { PASSWORD, postgresForTests } from '../postgres.ts';

const server = postgresForTests();
const VARIABLE = 'CORDON_SECRET_STATE';
afterEach(() => {
  delete process.env[VARIABLE];
});

/** In development, for in production the shipped policies want a roster, and nobody approves anything here. */
function configFor(state: string): Config {
  const home = mkdtempSync(join(tmpdir(), 'cordon-world-'));
  const file = join(home, 'cordon.yaml');
  const root = resolve(import.meta.dirname, '../..');
  const state_password = `secret://env/${VARIABLE}`;
  const settings = { mode: 'development', state, state_password, policies: join(root, 'policies') };
  writeFileSync(file, stringify(settings));
  const loaded = loadConfig({ file, env: {} });
  if (loaded.kind === 'problems') throw new Error(loaded.problems.join('\n'));
  return loaded.config;
}

/** The world is asked for nothing that Temporal would have to answer. */
const opened = (state: string) =>
  openWorld({
    config: configFor(state),
    searchable: false,
    client: new Client({ connection: Connection.lazy() }),
  });

describe('a worker whose state is a Postgres database', () => {
  test('keeps its record there, with the password that its reference names', async () => {
    process.env[VARIABLE] = PASSWORD;
    const source = await server.database();
    const world = await opened(source);
    if (world.kind === 'problems') throw new Error(world.problems.join('\n'));
    await world.world.ledger.append([event('a', 0)]);
    await world.close();
    expect(await verdictOf({ source, password: PASSWORD })).toMatchObject({ kind: 'verified', entries: 1 });
  });

  test('does not start without that password, or with a wrong one, and says what to mend', async () => {
    const source = await server.database();
    const missing = await opened(source);
    expect(missing).toMatchObject({
      kind: 'problems',
      problems: [expect.stringMatching(/^state_password: /)],
    });
    process.env[VARIABLE] = 'another password';
    const wrong = await opened(source);
    expect(wrong).toMatchObject({
      kind: 'problems',
      problems: [expect.stringMatching(/^state: .*check state and state_password/)],
    });
    expect(JSON.stringify(wrong)).not.toContain('another password');
  });
});
