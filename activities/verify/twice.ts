/** The second look at ids under suspicion: which of them really stand twice, and where the second one stands. */
import { addAll } from './batch.ts';
import type { Check, Fault } from './check.ts';
import { createFrame, readFrame } from './frame.ts';
import { idNumber } from './ids.ts';
import type { RecordSource } from './source.ts';

export async function findTwice(source: RecordSource, suspects: readonly number[]): Promise<Fault | null> {
  if (suspects.length === 0) return null;
  const check = createTwiceCheck(new Set(suspects));
  for await (const batch of source.entries()) {
    const fault = 'kind' in batch ? null : addAll(check, batch);
    if (fault !== null) return fault;
  }
  return null;
}

function createTwiceCheck(suspects: ReadonlySet<number>): Check {
  const frame = createFrame();
  const seen = new Set<string>();
  let index = -1;
  return {
    add(bytes, from, to) {
      index += 1;
      if (!readFrame(bytes, from, to, frame) || !suspects.has(idNumber(bytes, frame.id))) return null;
      const id = bytes.toString('latin1', frame.id, frame.id + 32);
      if (!seen.has(id)) {
        seen.add(id);
        return null;
      }
      return { code: 'entry_broken', index, noticed: index, reason: 'its id stands on an earlier entry' };
    },
  };
}
