/** From a playbook's name to its plan, as a worker with this configuration would make it. */
import { canonical } from '../../workflows/audit/canonical.ts';
import { sha256 } from '../../activities/keys.ts';
import { compilePlaybook } from '../../workflows/language/compile.ts';
import type { Catalogue } from '../../workflows/language/catalogue.ts';
import type { SealedPlan } from '../../workflows/language/plan.ts';
import { formatProblem } from '../../workflows/language/problem.ts';
import { sealPlan } from '../../workflows/language/seal.ts';
import type { OpenedPlaybook } from '../playbooks.ts';

export type CompiledPlaybook =
  | { readonly kind: 'sealed'; readonly sealed: SealedPlan }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

/** Tasks whose connector is open stay open: the plan can be shown, not run. */
export function compileOpened(
  opened: Extract<OpenedPlaybook, { readonly kind: 'opened' }>,
  catalogue: Catalogue,
  provider: string | undefined,
): CompiledPlaybook {
  const { file, parsed } = opened;
  const compiled = compilePlaybook(parsed.playbook, catalogue, {
    file,
    locate: parsed.locate,
    ...(provider === undefined ? {} : { provider }),
  });
  if (compiled.kind === 'problems')
    return { kind: 'problems', problems: compiled.problems.map(formatProblem) };
  return { kind: 'sealed', sealed: sealPlan(compiled.plan, sha256, canonical) };
}
