/** What recording costs in Postgres beside grouped inserts of the same bytes under the same ids into a bare table. */
import { Client } from 'pg';
import { openStores } from '../activities/stores/index.ts';
import { BATCH, byWriters, bytesOfEntry, idsOf, rate } from './audit-append.ts';
import type { Measure, Sample } from './budget.ts';
import { startPostgres, type BenchedPostgres } from './postgres.ts';

const ROUNDS = 5;
const ENTRIES = 5_000;

export async function measurePostgres(say: (line: string) => void): Promise<readonly Measure[]> {
  say('a Postgres server');
  const server = await startPostgres();
  try {
    const samples = await compare(server, say);
    return [
      {
        id: 'audit_postgres_group',
        what: '100 writers at once in Postgres, beside raw inserts of 100',
        unit: 'entries/s',
        samples,
        budget: { of: 'ratio', bound: 'at_least', limit: 0.5 },
      },
    ];
  } finally {
    await server.close();
  }
}

async function compare({ url, password }: BenchedPostgres, say: (line: string) => void) {
  const ledger = await openStores(url, { log: 'bench', password });
  const whole = new URL(url);
  whole.password = password;
  const raw = new Client({ connectionString: whole.href });
  await raw.connect();
  try {
    await raw.query(
      'CREATE TABLE raw (i bigserial PRIMARY KEY, id text NOT NULL UNIQUE, bytes bytea NOT NULL)',
    );
    const samples: Sample[] = [];
    // The first round warms up, and is not counted.
    for (let round = 0; round <= ROUNDS; round += 1) {
      say(`recording in Postgres, round ${round} of ${ROUNDS}`);
      const ours = await rate(ENTRIES, () => byWriters(ledger, ENTRIES));
      const bytes = Buffer.from(await bytesOfEntry(ledger));
      const ids = idsOf(ENTRIES, BATCH);
      const bare = await rate(ENTRIES, () => inserts(raw, ids, bytes));
      if (round > 0) samples.push({ ours, bare });
    }
    return samples;
  } finally {
    await raw.end();
    await ledger.close();
  }
}

const GROUP = {
  name: 'group',
  text: 'INSERT INTO raw (id, bytes) SELECT * FROM unnest($1::text[], $2::bytea[])',
} as const;

/** One statement, and so one commit, for each batch. */
async function inserts(client: Client, ids: readonly string[], bytes: Buffer): Promise<void> {
  for (let at = 0; at < ids.length; at += BATCH) {
    const some = ids.slice(at, at + BATCH);
    await client.query({ ...GROUP, values: [some, some.map(() => bytes)] });
  }
}
