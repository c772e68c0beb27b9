/** Station 4: does a person agree, to these inputs and no others? */
import type { Approval, CardBody, Question } from '../ports.ts';
import { samePerson, type Outcome } from './outcome.ts';
import type { Decided, Waiting } from './state.ts';
import { listen, type Strand } from './strand.ts';

type Consent =
  | { readonly kind: 'approved'; readonly question: Question; readonly card: string }
  | { readonly kind: 'refused'; readonly outcome: Outcome }
  | { readonly kind: 'suspend' };

/** Opens the card, then waits. Silence until the card expires is a no. */
export async function askConsent(strand: Strand, question: Question, decided: Decided): Promise<Consent> {
  const { ports, recorder, task } = strand;
  const quorum = Math.max(
    1,
    ...decided.verdict.obligations.map((one) => (one.kind === 'approval' ? one.quorum : 1)),
  );
  const openedAt = ports.now();
  const body: CardBody = {
    v: 1,
    nonce: ports.nonce(),
    workflowId: strand.run.workflowId,
    chain: strand.run.chain,
    caseId: strand.run.caseId,
    playbook: strand.run.playbook,
    playbookVersion: strand.run.playbookVersion,
    planDigest: strand.run.planDigest,
    task: task.name,
    type: task.type,
    connector: question.connector,
    inputs: question.inputs,
    targets: decided.targets,
    rules: decided.verdict.rules.map((rule) => rule.id),
    reversibility: task.reversibility,
    requestedBy: strand.run.requestedBy,
    openedAt,
    expiresAt: openedAt + task.expiresMs,
    quorum,
  };
  const card = await recorder.carry(task.name, (facts) => ports.ask(body, facts));
  strand.wait({ kind: 'approval', question, card, approvals: [] });
  recorder.announce(task.name, 'task_waiting_approval', {
    card: card.digest,
    rules: [...body.rules],
    quorum,
    expires_at: body.expiresAt,
  });
  return awaitConsent(strand);
}

/** The waiting half, entered again by a continued run. */
export async function awaitConsent(strand: Strand): Promise<Consent> {
  const { recorder, record, task } = strand;
  for (;;) {
    const waiting = openApproval(record.waiting);
    const { card } = waiting;
    const heard = await listen(strand, card.body.expiresAt, card.body.expiresAt, (message) => {
      if (message.kind !== 'approve' && message.kind !== 'reject') return 'not_an_approval';
      if (message.digest !== card.digest) return 'other_card';
      const again =
        message.kind === 'approve' && waiting.approvals.some((vote) => samePerson(vote.by, message.by));
      return again ? 'voted_already' : null;
    });
    switch (heard.kind) {
      case 'suspend':
        return heard;
      case 'cancelled':
        strand.wait(null);
        return { kind: 'refused', outcome: { status: 'cancelled' } };
      case 'time':
        strand.wait(null);
        return { kind: 'refused', outcome: { status: 'expired' } };
      case 'word':
        break;
    }
    const { person } = heard;
    if (heard.message.kind === 'reject') {
      strand.wait(null);
      return { kind: 'refused', outcome: { status: 'rejected', person } };
    }
    const vote: Approval = { by: person.by, assurance: person.assurance, card: card.digest };
    const approvals = [...waiting.approvals, vote];
    const details = { by: person.by, assurance: person.assurance, reason: person.reason, card: card.digest };
    if (approvals.length < card.body.quorum) {
      // Announced, so that it is in the record at once: the next vote may be days away.
      recorder.announce(task.name, 'vote_counted', details);
      strand.wait({ ...waiting, approvals });
      continue;
    }
    strand.wait(null);
    record.approvedBy = approvals.map((approval) => approval.by);
    recorder.note(task.name, 'task_approved', details);
    return { kind: 'approved', question: { ...waiting.question, approvals }, card: card.digest };
  }
}

function openApproval(waiting: Waiting | null): Extract<Waiting, { kind: 'approval' }> {
  if (waiting?.kind !== 'approval') throw new Error('awaiting consent without an open card');
  return waiting;
}
