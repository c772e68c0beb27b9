/** OPA's answer, read with distrust: `{ result: { effect, rules, obligations } }` and nothing else counts. */
import { z } from 'zod';
import type { TargetDecision } from '../strongest.ts';

const assurance = z.enum(['V0', 'V1', 'V2', 'V3']);
const text = (longest: number) => z.string().min(1).max(longest);

const obligation = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('approval'),
    quorum: z.int().min(1).max(9),
    groups: z
      .array(z.strictObject({ group: text(64), count: z.int().min(1).max(9) }))
      .max(20)
      .default([]),
    min_assurance: assurance.default('V0'),
    expires_ms: z
      .int()
      .min(1_000)
      .max(30 * 86_400_000)
      .nullable()
      .default(null),
  }),
  z.strictObject({ kind: z.literal('redact'), fields: z.array(text(64)).min(1).max(100) }),
  z.strictObject({ kind: z.literal('delay'), until: z.int().min(0) }),
  z.strictObject({ kind: z.literal('notify'), to: z.array(text(254)).min(1).max(20) }),
]);

const rule = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,79}$/)
    .refine((id) => !id.startsWith('guard.') && id !== 'policy_error'),
  effect: z.enum(['permit', 'forbid', 'default']),
  reason: text(500),
});

const result = z
  .strictObject({
    effect: z.enum(['allow', 'deny', 'needs_approval']),
    rules: z.array(rule).min(1).max(100),
    obligations: z.array(obligation).max(20).default([]),
  })
  .refine(({ effect, rules }) => effect === 'deny' || rules.some((one) => one.effect === 'permit'))
  .refine(({ effect, obligations }) => {
    const asks = obligations.some(({ kind }) => kind === 'approval');
    return effect === 'needs_approval' ? asks : !asks;
  });

const answer = z.object({
  result,
  provenance: z
    .object({ bundles: z.record(z.string(), z.object({ revision: z.string().max(200) })).optional() })
    .optional(),
});

export type ReadAnswer =
  | { readonly kind: 'decision'; readonly decision: TargetDecision; readonly revision: string }
  | { readonly kind: 'problem'; readonly problem: string };

export function readAnswer(body: string): ReadAnswer {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return { kind: 'problem', problem: 'OPA answered something that is not JSON' };
  }
  const read = answer.safeParse(parsed);
  if (!read.success) return { kind: 'problem', problem: told(parsed, read.error) };
  const { effect, rules, obligations } = read.data.result;
  return {
    kind: 'decision',
    decision: {
      effect,
      rules,
      obligations: effect === 'deny' ? [] : obligations.map(ours),
      errors: [],
    },
    revision: revisionOf(read.data),
  };
}

/** The place, never the value: an answer may repeat the question. */
function told(parsed: unknown, error: z.ZodError): string {
  if (typeof parsed === 'object' && parsed !== null && !('result' in parsed))
    return 'OPA answered without a result: the configured path leads to no rule';
  const places = error.issues.slice(0, 3).map(({ path }) => path.join('.') || 'its top');
  return `OPA's answer is not our contract, at ${places.join(', ')}`;
}

function ours(one: z.output<typeof obligation>): TargetDecision['obligations'][number] {
  if (one.kind !== 'approval') return one;
  const { kind, quorum, groups, min_assurance: minAssurance, expires_ms: expiresMs } = one;
  return { kind, quorum, groups, minAssurance, expiresMs };
}

function revisionOf({ provenance }: z.output<typeof answer>): string {
  const bundles = Object.entries(provenance?.bundles ?? {}).sort(([one], [other]) => (one < other ? -1 : 1));
  return bundles.map(([name, { revision }]) => `${name}@${revision}`).join(' ') || 'none';
}
