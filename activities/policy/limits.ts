/** Blast radius: how many assets may be changed, per run, per connector and altogether. Counted by the store. */
import type { Limit, Reserve } from '../stores/reservations.ts';
import type { Asset } from './assets.ts';
import type { PolicyQuestion } from './engine.ts';
import type { GuardList, LimitEntry } from './guard-list.ts';
import { isAbout, isChange } from './tripwires.ts';

/** What a change of these assets takes of which limits; null for a task that only reads or that nothing limits. */
export function reserveFor(
  question: PolicyQuestion & { readonly chain: string },
  assets: readonly Asset[],
  { limits }: GuardList,
): Reserve | null {
  if (!isChange(question)) return null;
  const about = limits.filter((one) => isAbout(one, question)).map((one) => limitOf(one, question));
  if (about.length === 0) return null;
  return { limits: about, targets: assets.map(({ id, size }) => ({ id, weight: size })) };
}

function limitOf(
  { name, per, within, most }: LimitEntry,
  { chain, connector }: { readonly chain: string; readonly connector: string },
): Limit {
  const windowMs = within ?? null;
  switch (per) {
    case 'run':
      return { name, counter: `${name}/run/${chain}`, windowMs, most };
    case 'connector':
      return { name, counter: `${name}/connector/${connector}`, windowMs, most };
    case 'tenant':
      return { name, counter: `${name}/tenant`, windowMs, most };
    default:
      return per satisfies never;
  }
}
