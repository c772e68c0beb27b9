/** Faults waiting to strike. Shared by all simulators, so that a fault means the same at each. */
import { isObject } from '../workflows/language/json.ts';
import type { Fault, FaultKind } from './simulator.ts';

const KINDS: ReadonlySet<string> = new Set<FaultKind>([
  'status',
  'expired_token',
  'hang',
  'delay',
  'reset_before',
  'reset_after',
  'body',
]);

export interface Faults {
  add(fault: Fault): void;
  /** The first fault that matches, used up by one; null when none does. */
  take(method: string, path: string): Fault | null;
}

export function createFaults(): Faults {
  const waiting: { readonly fault: Fault; left: number }[] = [];
  return {
    add(fault) {
      waiting.push({ fault, left: fault.times });
    },
    take(method, path) {
      const found = waiting.findIndex(({ fault: { match } }) => {
        const methodFits = match.method === undefined || match.method === method;
        return methodFits && (match.path === undefined || path.includes(match.path));
      });
      const entry = waiting[found];
      if (entry === undefined) return null;
      entry.left -= 1;
      if (entry.left <= 0) waiting.splice(found, 1);
      return entry.fault;
    },
  };
}

/** A fault as it came over the wire; null when it is not one. */
export function readFault(value: unknown): Fault | null {
  if (!isObject(value) || !isObject(value['match'])) return null;
  const { kind, times } = value;
  if (typeof kind !== 'string' || !KINDS.has(kind)) return null;
  if (typeof times !== 'number' || !Number.isInteger(times) || times < 1) return null;
  return value as unknown as Fault;
}
