import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import Database from 'better-sqlite3';
import { createMemoryLedger, openStores } from '../activities/stores/index.ts';
import type { Ledger } from '../activities/stores/ledger.ts';
import { START, temporaryFolder } from './audit/samples.ts';
import { auditStoreLaws } from './contracts/audit-store.ts';
import { checkpointLaws } from './contracts/checkpoints.ts';
import { claimLaws } from './contracts/claims.ts';
import { documentLaws } from './contracts/documents.ts';
import { breaks, keeps } from './contracts/law.ts';
import { paperLaws } from './contracts/papers.ts';
import { reservationLaws } from './contracts/reservations.ts';
import type { Place } from './contracts/place.ts';
import { readingLaws } from './contracts/reading.ts';
import { sharedLogLaws } from './contracts/shared-log.ts';

const folder = temporaryFolder();
const HOUR = 3_600_000;
const opened: Ledger[] = [];
let files = 0;

function keepTrack(ledger: Ledger): Ledger {
  opened.push(ledger);
  return ledger;
}
const memory = () => createMemoryLedger();
const sqlite = async () => keepTrack(await openStores(join(folder, `${(files += 1)}.db`)));
afterAll(() => Promise.all(opened.map((ledger) => ledger.close())));

keeps('audit store in memory', auditStoreLaws, memory);
keeps('audit store in SQLite', auditStoreLaws, sqlite);
keeps('claim store in memory', claimLaws, memory);
keeps('claim store in SQLite', claimLaws, sqlite);
keeps('document store in memory', documentLaws, memory);
keeps('document store in SQLite', documentLaws, sqlite);
keeps('working papers in memory', paperLaws, memory);
keeps('reservations in memory', reservationLaws, memory);
keeps('working papers in SQLite', paperLaws, sqlite);
keeps('reservations in SQLite', reservationLaws, sqlite);
keeps('checkpoint store in memory', checkpointLaws, memory);
keeps('checkpoint store in SQLite', checkpointLaws, sqlite);

const place = (): Place => {
  const source = join(folder, `${(files += 1)}.db`);
  return {
    source,
    open: async (options) => keepTrack(await openStores(source, options)),
    async tamper(sql) {
      const db = new Database(source);
      db.exec(sql);
      db.close();
    },
  };
};
keeps('shared log in SQLite', sharedLogLaws, place);
keeps('reading a SQLite file', readingLaws, place);

/** Forgets that it has seen an event: every repeat becomes an entry of its own. */
const forgetful = (): Ledger => {
  const ledger = memory();
  let salt = 0;
  return {
    ...ledger,
    append: (events) =>
      ledger.append(
        events.map(({ run, fact }) => ({
          run,
          fact: { ...fact, coordinate: `${fact.coordinate}.${(salt += 1)}` },
        })),
      ),
  };
};
/** Answers every claim from what it read before the others wrote: check, then act. */
const racing = (): Ledger => ({
  ...memory(),
  begin: async () => ({ answer: { kind: 'begun', attempt: 1, fence: 1 }, receipts: [] }),
});
/** Believes whoever finishes last. */
const gullible = (): Ledger => {
  const ledger = memory();
  return {
    ...ledger,
    async finish(request, alongside) {
      const held = await ledger.lookup(request.key);
      return ledger.finish({ ...request, fence: held?.fence ?? request.fence }, alongside);
    },
  };
};
/** Keeps whatever it is given. */
const rewinding = (): Ledger => {
  const ledger = memory();
  return { ...ledger, checkpoints: { ...ledger.checkpoints, put: async () => ({ kind: 'stored' }) } };
};
const trusting = (): Ledger => ({ ...memory(), put: async () => [], get: async () => 'anything' });

/** Counts what it read before the others wrote: check, then act. */
const careless = (): Ledger => {
  const ledger = memory();
  let taken = 0;
  return {
    ...ledger,
    async begin({ reserve, ...request }, alongside) {
      const before = taken;
      await new Promise((resolve) => setImmediate(resolve));
      const most = reserve?.limits[0]?.most ?? 0;
      if (before >= most) return ledger.begin({ ...request, reserve: reserve ?? null }, alongside);
      taken += 1;
      return ledger.begin(request, alongside);
    },
  };
};
breaks(
  'a check before the act',
  reservationLaws,
  'P08: of fifty runs at once at a limit of ten, exactly ten may call',
  careless,
);
breaks(
  'a store that forgets what it has seen',
  auditStoreLaws,
  'T14: an event sent a thousand times by a hundred writers is one entry with a thousand equal receipts',
  forgetful,
);
breaks(
  'a store that looks first and claims later',
  claimLaws,
  'of a hundred runs that want the same key at once, exactly one is told to call',
  racing,
);
breaks(
  'a store that believes the last word',
  claimLaws,
  'the word of an attempt that was overtaken counts no more',
  gullible,
);
breaks(
  'a store that checks no digest',
  documentLaws,
  'a document under a digest that is not its own is refused',
  trusting,
);
breaks(
  'a store that goes back',
  checkpointLaws,
  'the newest checkpoint never goes back, and what would go back leaves nothing',
  rewinding,
);
/** Opens a log of its own each time: what one service wrote, the other never sees. */
const forked = (): Place => {
  const { tamper, source } = place();
  return { tamper, source, open: async (options) => createMemoryLedger(options) };
};
/** Believes the clock it has. */
const credulous = (): Place => {
  const { open, ...rest } = place();
  return { ...rest, open: (options) => open({ ...options, now: () => START + HOUR }) };
};
breaks(
  'a store that is another one each time it is opened',
  sharedLogLaws,
  'T26: two services on one log, started by mistake, leave one chain, lose nothing, and call once',
  forked,
);
breaks(
  'a store that hides how far its clock lags',
  sharedLogLaws,
  'T12: a clock that jumps back, forward and back leaves times that never decrease, and the lag on record',
  credulous,
);
breaks(
  'a store that is made by whoever looks at it',
  readingLaws,
  'where there is no store, none is made',
  () => {
    const made = place();
    const db = new Database(made.source);
    db.exec('CREATE TABLE t (x)');
    db.close();
    return made;
  },
);
