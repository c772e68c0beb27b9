/** Personal values of the record: which there are at these places, and how they go. */
import type { Ledger } from '../../activities/stores/ledger.ts';
import type { Erasure, ValueName } from '../../activities/stores/values.ts';

export interface Authority {
  readonly as: string;
  readonly reason: string;
}

export async function valuesAt(
  ledger: Pick<Ledger, 'values'>,
  indexes: readonly number[],
  path?: string,
): Promise<readonly ValueName[]> {
  const named: ValueName[] = [];
  for (const index of indexes)
    for await (const kept of ledger.values(index, index + 1))
      if (kept.value !== null && (path === undefined || kept.path === path))
        named.push({ index, path: kept.path });
  return named;
}

export async function wereErased(ledger: Pick<Ledger, 'values'>, index: number): Promise<boolean> {
  for await (const { value } of ledger.values(index, index + 1)) if (value === null) return true;
  return false;
}

export async function eraseValues(
  ledger: Pick<Ledger, 'erase'>,
  named: readonly ValueName[],
  { as: by, reason }: Authority,
): Promise<void> {
  const at = Date.now();
  await ledger.erase(
    named.map(({ index, path }): Erasure => {
      const details = { index, path, by, reason };
      return { index, path, act: { event: 'value_erased', details, at, about: `${index}${path}` } };
    }),
  );
}
