/**
 * Which key was in force at which size. The first key of a log is the first one that the trust names for it; every other
 * is certified in the log by the one before. Keys that the trust does not name are followed, and believed in nothing.
 */
import { afterRotation, readRotation, type KeyWindow } from '../../workflows/audit/rotation.ts';
import type { Trust } from '../../workflows/audit/trust-file.ts';
import { nodeCodec } from '../stores/codec.ts';
import type { ReadAct } from './order.ts';
import type { LogRead, SigningFault } from './signing.ts';

/** A log that was restored goes on under another name, with keys of that name. */
export interface OriginKeys {
  readonly origin: string;
  readonly windows: readonly KeyWindow[];
}

export function keysInForce(
  trust: Trust,
  { log, acts }: Pick<LogRead, 'log' | 'acts'>,
): { readonly kind: 'keys'; readonly origins: readonly OriginKeys[] } | SigningFault {
  const origins: OriginKeys[] = [];
  for (const origin of originsOf(acts, log)) {
    const first = trust.logs.map(({ key }) => key).find(({ name }) => name === origin);
    if (first === undefined) continue;
    let windows: readonly KeyWindow[] = [{ key: first, from: 0, to: null }];
    for (const act of acts.filter((each) => each.event === 'key_rotated' && each.log === origin)) {
      const next = rotated(windows, act);
      if (typeof next === 'string')
        return { kind: 'fault', code: 'checkpoint_untrusted', index: act.index, reason: next };
      windows = next;
    }
    origins.push({ origin, windows });
  }
  return { kind: 'keys', origins };
}

function originsOf(acts: readonly ReadAct[], log: string | null): readonly string[] {
  const former = acts
    .filter(({ event }) => event === 'log_restored')
    .map(({ details }) => details['former'])
    .filter((name) => typeof name === 'string');
  return [...new Set([...former, ...acts.map((act) => act.log), ...(log === null ? [] : [log])])];
}

function rotated(windows: readonly KeyWindow[], act: ReadAct): readonly KeyWindow[] | string {
  const { statement } = act.details;
  if (typeof statement !== 'string') return 'the entry holds no statement of a change of keys';
  const reading = readRotation(statement, nodeCodec);
  if (reading.kind === 'refused') return reading.reason;
  const after = afterRotation(windows, reading.rotation, act.index, (at) =>
    at === act.index - 1 ? act.prev : null,
  );
  return after.kind === 'refused' ? after.reason : after.windows;
}
