/** The append-only log of changes that took effect: what tests believe instead of what a client reports. */
import { appendFileSync } from 'node:fs';
import type { Effect } from './simulator.ts';

export interface EffectLog {
  append(effect: Omit<Effect, 'n' | 'at'>): void;
  all(): readonly Effect[];
}

/** `file` also receives every effect as a line of JSON. Throws when it cannot be written. */
export function createEffectLog(file?: string): EffectLog {
  const effects: Effect[] = [];
  return {
    append(effect) {
      const numbered: Effect = { n: effects.length + 1, at: new Date().toISOString(), ...effect };
      effects.push(numbered);
      if (file !== undefined) appendFileSync(file, `${JSON.stringify(numbered)}\n`);
    },
    all: () => [...effects],
  };
}
