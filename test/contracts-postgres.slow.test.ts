import { afterAll, beforeAll } from '@jest/globals';
import { openStores } from '../activities/stores/index.ts';
import type { Ledger } from '../activities/stores/ledger.ts';
import { auditStoreLaws } from './contracts/audit-store.ts';
import { checkpointLaws } from './contracts/checkpoints.ts';
import { claimLaws } from './contracts/claims.ts';
import { documentLaws } from './contracts/documents.ts';
import { keeps } from './contracts/law.ts';
import type { Place } from './contracts/place.ts';
import { paperLaws } from './contracts/papers.ts';
import { readingLaws } from './contracts/reading.ts';
import { reservationLaws } from './contracts/reservations.ts';
import { sharedLogLaws } from './contracts/shared-log.ts';
import { PASSWORD, postgresForTests } from './postgres.ts';

const server = postgresForTests();
const opened: Ledger[] = [];
const database = { url: '' };
beforeAll(async () => {
  database.url = await server.database();
});

const closeAll = () => Promise.all(opened.splice(0).map((ledger) => ledger.close()));
afterAll(closeAll);

/** Making a database takes longer than emptying one, and laws are tried one after the other. */
async function place(): Promise<Place> {
  await closeAll();
  const { url } = database;
  await server.query(url, 'DROP SCHEMA IF EXISTS cordon CASCADE');
  return {
    source: url,
    password: PASSWORD,
    async open(options) {
      const ledger = await openStores(url, { ...options, password: PASSWORD });
      opened.push(ledger);
      return ledger;
    },
    async tamper(sql) {
      await server.query(url, sql);
    },
  };
}
const postgres = async (): Promise<Ledger> => (await place()).open();

keeps('audit store in Postgres', auditStoreLaws, postgres);
keeps('claim store in Postgres', claimLaws, postgres);
keeps('document store in Postgres', documentLaws, postgres);
keeps('working papers in Postgres', paperLaws, postgres);
keeps('reservations in Postgres', reservationLaws, postgres);
keeps('checkpoint store in Postgres', checkpointLaws, postgres);
keeps('shared log in Postgres', sharedLogLaws, place);
keeps('reading a Postgres store', readingLaws, place);
