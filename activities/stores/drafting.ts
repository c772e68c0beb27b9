/** An event on its way into the log, checked before any commit begins. */
import { NotCanonicalError } from '../../workflows/audit/canonical.ts';
import { draftEntry, type Draft } from '../../workflows/audit/draft.ts';
import type { NewEvent } from './audit.ts';
import { drawSalt, nodeCodec } from './codec.ts';
import { StoreError } from './ledger.ts';
import { refuseUnstorable } from './storable.ts';

/** Throws a `StoreError` for an event that cannot be recorded. */
export function draft(event: NewEvent): Draft {
  refuseUnstorable('the name of a run', [event.run.chain]);
  try {
    const { mayVary = false, renames = null } = event;
    const drafted = draftEntry(event, nodeCodec, drawSalt, { mayVary, renames });
    for (const { path } of drafted.values) refuseUnstorable('the name of a detail', [path]);
    return drafted;
  } catch (error) {
    if (!(error instanceof NotCanonicalError) && !(error instanceof RangeError)) throw error;
    const { event: name, coordinate } = event.fact;
    throw new StoreError(
      'store_refused',
      `the fact ${name} at ${coordinate} cannot be recorded: ${error.message}`,
      { cause: error },
    );
  }
}
