/**
 * Which policy set speaks. A run is judged under the newest set and under the one that its first task was judged
 * under: what was tightened since then holds at once, what was loosened does not reach a run that is under way.
 *
 * The earlier set is kept as a document under its digest. Where its text is not ours to keep (OPA), nobody can ask it
 * again: a run that began under another revision of its bundle is denied, and may be started again.
 */
import type { Verdict } from '../workflows/walk/verdict.ts';
import { errorVerdict, type Policy, type PolicyQuestion } from './policy/engine.ts';
import { stricter } from './policy/strongest.ts';
import type { World } from './world.ts';

export interface Pins {
  /** `pinned`: digest of the run's first set; null where this is its first question. Throws when the store does. */
  decide(question: PolicyQuestion, pinned: string | null): Promise<Verdict>;
}

/** One set takes some 20 MB once opened. */
const MOST_OPEN = 4;

export function createPins(world: World): Pins {
  const kept = new Set<string>();
  const opened = new Map<string, Promise<Policy | null>>();

  const keep = async ({ set, source }: Policy): Promise<void> => {
    if (source === null || kept.has(set.digest)) return;
    await world.ledger.put({ kind: 'policy', digest: set.digest, text: source });
    kept.add(set.digest);
  };

  const earlier = async (newest: Policy, digest: string): Promise<Policy | null> => {
    const known = opened.get(digest);
    if (known !== undefined) return known;
    const source = await world.ledger.get('policy', digest);
    if (source === null) return null;
    const opening = newest.reopen(source);
    const [oldest] = opened.keys();
    if (opened.size >= MOST_OPEN && oldest !== undefined) opened.delete(oldest);
    opened.set(digest, opening);
    return opening;
  };

  return {
    async decide(question, pinned) {
      const { policy } = world;
      await keep(policy);
      const verdict = await policy.decide(question);
      if (pinned === null || pinned === verdict.policySet || verdict.effect === 'deny') return verdict;
      const first = await earlier(policy, pinned);
      if (first === null)
        return errorVerdict('pins', policy.set, [
          `this run began under policy set ${pinned.slice(0, 12)}…, which cannot be opened any more; start it again`,
        ]);
      return stricter(verdict, await first.decide(question));
    },
  };
}
