/**
 * Who approves more cards in an hour than anybody can read is not reading them. Each person has so many places; an
 * approval takes one for an hour. They lie in the ledger, so that all workers and runs share them.
 */
import type { RunRef } from '../../workflows/ports.ts';
import { canonical } from '../../workflows/audit/canonical.ts';
import type { Owner } from '../stores/claims.ts';
import type { Ledger } from '../stores/ledger.ts';

const HOUR_MS = 3_600_000;

/** False when all places are taken. The same card takes the same place again. */
export async function takePlace(
  ledger: Ledger,
  run: Pick<RunRef, 'chain' | 'workflowId'>,
  person: string,
  card: { readonly digest: string; readonly task: string },
  { places, at }: { readonly places: number; readonly at: number },
): Promise<boolean> {
  const owner: Owner = { chain: run.chain, workflowId: run.workflowId, task: card.task };
  for (let place = 0; place < places; place += 1) {
    const key = canonical(['approval', person, place]);
    const held = await ledger.lookup(key);
    if (held !== null && held.state !== 'free') {
      if (held.inputsDigest === card.digest) return true;
      if (held.claimedAt + HOUR_MS > at) continue;
      const { inputsDigest, owner: before } = held;
      await ledger.settle({ key, owner: before, inputsDigest, result: 'released', now: at });
    }
    const { answer } = await ledger.begin({ key, owner, inputsDigest: card.digest, now: at });
    if (answer.kind === 'begun' || answer.kind === 'interrupted') return true;
  }
  return false;
}
