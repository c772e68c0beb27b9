/** Gives a plan its digest. */
import type { Json } from './json.ts';
import type { Plan, SealedPlan } from './plan.ts';

/**
 * The SHA-256 of the plan's canonical JSON. Both are handed in: `sha256Hex` gives lower-case hex of the text's
 * UTF-8, `canonical` JSON after RFC 8785.
 */
export function sealPlan(
  plan: Plan,
  sha256Hex: (text: string) => string,
  canonical: (value: Json) => string,
): SealedPlan {
  // A plan is plain JSON by construction; interfaces lack the index signature that would let the compiler see it.
  return { plan, digest: sha256Hex(canonical(plan as unknown as Json)) };
}
