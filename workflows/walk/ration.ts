/**
 * Facts about what could not be used are rationed, because anybody who may signal a run can send ten thousand of
 * them: the first are told one by one, the others by their number.
 */
import type { JsonObject } from '../language/json.ts';

/** More mistakes than people make. */
const TOLD_SINGLY = 200;
const TOLD_TOGETHER = 1_000;

export interface Ration {
  /** Tells of it now, or counts it. */
  take(details: JsonObject): void;
  /** Tells of what was only counted so far. */
  settle(): void;
}

export function createRation(tell: (details: JsonObject) => void): Ration {
  let taken = 0;
  let counted = 0;
  const settle = (): void => {
    if (counted > 0) tell({ kind: 'several', code: 'flood', count: counted });
    counted = 0;
  };
  return {
    settle,
    take(details) {
      taken += 1;
      if (taken <= TOLD_SINGLY) return tell(details);
      counted += 1;
      if (counted >= TOLD_TOGETHER) settle();
    },
  };
}
