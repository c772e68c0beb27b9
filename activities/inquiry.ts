/** A walk's question in the terms of policy: the same before people are asked and immediately before the act. */
import type { Question, RunRef } from '../workflows/ports.ts';
import { UNMARKED } from '../workflows/language/marking.ts';
import type { PolicyQuestion } from './policy/engine.ts';
import type { World } from './world.ts';

export type Inquiry = PolicyQuestion & { readonly chain: string };

/** `at`: server's or workflow's time, milliseconds since 1970. The approvals are those that still count. */
export function inquiryFor(
  world: World,
  run: RunRef,
  question: Question,
  targets: readonly string[],
  at: number,
): Inquiry {
  const approvals = question.approvals.map(({ by, assurance, groups = [] }) => ({ by, assurance, groups }));
  return {
    chain: run.chain,
    task: question.task,
    type: question.type,
    connector: question.connector,
    reversibility: question.reversibility,
    severity: run.severity,
    playbook: run.playbook,
    playbookVersion: run.playbookVersion,
    caseId: run.caseId,
    requestedBy: run.requestedBy,
    approvals,
    roster: world.approvals.rosters !== null,
    mode: world.mode,
    at,
    startedAt: run.startedAt,
    marking: run.marking ?? UNMARKED,
    reaches: world.contracts.get(question.type)?.reaches?.(question.inputs) ?? [],
    targets,
  };
}
