/** Does the log end where its head says? Asked at every start, of every store. */
import { GENESIS } from '../../workflows/audit/entry.ts';
import { leafOf } from './codec.ts';
import { StoreError } from './ledger.ts';
import { NO_CHANGES, NO_NEEDS, type Tables } from './tables.ts';

/** Writing after an end that does not fit would bury the break under good entries. `where` names the store. */
export async function refuseBrokenEnd(tables: Tables, where: string): Promise<void> {
  await tables.commit({
    foresight: null,
    questions: () => NO_NEEDS,
    *deliberate({ head: { size, leaf } }) {
      const { tail } = yield { ...NO_NEEDS, tailFrom: Math.max(size - 1, 0) };
      const [last, beyond] = tail;
      const ends = size === 0 ? last === undefined : last?.index === size - 1 && beyond === undefined;
      const found = last === undefined ? GENESIS : leafOf(last.bytes);
      if (ends && found === leaf) return NO_CHANGES;
      throw new StoreError(
        'store_untrusted',
        `the audit log in ${where} does not end where its head says (${size} entries): it was changed from outside or ` +
          'restored from a copy; run "cordon audit verify" and keep the store as evidence',
      );
    },
  });
}
