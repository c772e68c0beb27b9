/** An engine's answer, or a deny: no answer, a late one and a throw all mean no. */
import type { Verdict } from '../../workflows/walk/verdict.ts';
import { errorVerdict } from './engine.ts';
import type { PolicyEngine, PolicyRequest } from './engine.ts';

const ENGINE = 'deadline';

/**
 * Never throws. An engine that computes without a pause cannot be interrupted, so its answer is also
 * weighed against the clock once it is there.
 */
export async function decideInTime(
  engine: PolicyEngine,
  request: PolicyRequest,
  limitMs: number,
): Promise<Verdict> {
  const late = errorVerdict(ENGINE, engine.set, [`no answer within ${limitMs} ms`]);
  const startedAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<Verdict>((resolve) => {
    timer = setTimeout(() => resolve(late), limitMs);
  });
  try {
    const verdict = await Promise.race([engine.decide(request), timeout]);
    if (performance.now() - startedAt > limitMs) return late;
    return isWellFormed(verdict)
      ? verdict
      : errorVerdict(ENGINE, engine.set, ['the engine broke its contract']);
  } catch {
    // The message is not passed on: it is foreign text and may quote the request.
    return errorVerdict(ENGINE, engine.set, ['the engine threw']);
  } finally {
    clearTimeout(timer);
  }
}

function isWellFormed(verdict: Verdict): boolean {
  if (verdict.rules.length === 0) return false;
  if (verdict.errors.length > 0) return verdict.effect === 'deny';
  return verdict.effect !== 'needs_approval' || verdict.obligations.length > 0;
}
