/** What the store knows of a run that shall be taken back. */
import type { Plan } from '../../workflows/language/plan.ts';
import type { ClaimRecord } from '../stores/claims.ts';
import { openedEntries } from '../stores/opened-entries.ts';
import type { World } from '../world.ts';

export interface RunHistory {
  readonly plan: Plan;
  readonly caseId: string;
  /** Whether it has ended: nothing of what it does can come after. */
  readonly over: boolean;
  /** The last claim of each task. */
  readonly claims: ReadonlyMap<string, ClaimRecord>;
}

/** Null where the record knows no such run, or not under this name. */
export async function historyOf(
  world: Pick<World, 'ledger' | 'ended'>,
  workflowId: string,
  chain: string,
): Promise<RunHistory | null> {
  let caseId: string | null = null;
  let digest: string | null = null;
  let over = false;
  for await (const { body } of openedEntries(world.ledger, chain)) {
    if (body.workflow !== workflowId) return null;
    caseId = body.case;
    if (body.event === 'playbook_completed') over = true;
    const { plan } = body.details;
    if (body.event === 'playbook_started' && typeof plan === 'string') digest = plan;
  }
  const text = digest === null ? null : await world.ledger.get('plan', digest);
  if (caseId === null || text === null) return null;
  const claims = new Map<string, ClaimRecord>();
  for (const claim of await world.ledger.claimsOf(chain)) claims.set(claim.owner.task, claim);
  return {
    plan: JSON.parse(text) as Plan,
    caseId,
    over: over || (await world.ended?.(workflowId, chain)) === true,
    claims,
  };
}
