/** What a card says: everything that would run, why people are asked, and on which terms. */
import type { CardBody, Question } from '../ports.ts';
import { demandOf } from './demand.ts';
import type { Decided } from './state.ts';
import type { Strand } from './strand.ts';

export function cardBody({ ports, run, task }: Strand, question: Question, decided: Decided): CardBody {
  const { verdict, targets } = decided;
  const { quorum, groups, minAssurance, expiresMs } = demandOf(verdict);
  const openedAt = ports.now();
  const delays = verdict.obligations.flatMap((one) => (one.kind === 'delay' ? [one.until] : []));
  return {
    v: 2,
    nonce: ports.nonce(),
    workflowId: run.workflowId,
    chain: run.chain,
    runId: run.runId,
    caseId: run.caseId,
    playbook: run.playbook,
    playbookVersion: run.playbookVersion,
    planDigest: run.planDigest,
    task: task.name,
    type: task.type,
    connector: question.connector,
    inputs: question.inputs,
    targets,
    targetCount: targets.length,
    effect: verdict.effect,
    rules: verdict.rules.map((rule) => rule.id),
    obligations: verdict.obligations,
    policySet: verdict.policySet,
    reversibility: task.reversibility,
    requestedBy: run.requestedBy,
    openedAt,
    notBefore: Math.max(openedAt, ...delays),
    expiresAt: openedAt + Math.min(task.expiresMs, expiresMs ?? Infinity),
    quorum,
    groups,
    minAssurance,
  };
}
