import { afterAll } from '@jest/globals';
import { join } from 'node:path';
import { createMemoryLedger, openStores } from '../activities/stores/index.ts';
import type { Ledger } from '../activities/stores/ledger.ts';
import { temporaryFolder } from './audit/samples.ts';
import { auditStoreLaws } from './contracts/audit-store.ts';
import { checkpointLaws } from './contracts/checkpoints.ts';
import { claimLaws } from './contracts/claims.ts';
import { documentLaws } from './contracts/documents.ts';
import { breaks, keeps } from './contracts/law.ts';

const folder = temporaryFolder();
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
keeps('checkpoint store in memory', checkpointLaws, memory);
keeps('checkpoint store in SQLite', checkpointLaws, sqlite);

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

breaks(
  'a store that forgets what it has seen',
  auditStoreLaws,
  'an event sent a thousand times by a hundred writers is one entry with a thousand equal receipts',
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
