/**
 * Station 4: do persons agree, to these inputs and no others?
 *
 * C1 A vote is on one card's bytes. What runs is that card, or another card and other votes.
 * C2 Silence, and the end of time, mean no.
 * C3 Until the run acts, whoever agreed may take it back, and whoever may refuse may refuse.
 */
import type { JsonObject } from '../language/json.ts';
import type { Approval, Card, Question } from '../ports.ts';
import { cardBody } from './card-body.ts';
import { earFor } from './card-ear.ts';
import { samePerson, type Outcome } from './outcome.ts';
import type { Decided, Waiting } from './state.ts';
import { listen } from './listen.ts';
import { breakGlass } from './review.ts';
import type { Counted, Strand, Word } from './strand.ts';
import { isMet, termsOf } from './terms.ts';

export type Consent =
  | {
      readonly kind: 'approved';
      readonly question: Question;
      readonly card: Card;
      /** Proofs of votes that were taken back before: none of them counts again, also when the card is reopened. */
      readonly spent: readonly string[] | undefined;
    }
  | { readonly kind: 'refused'; readonly outcome: Outcome }
  /** The card no longer stands: people must be asked anew. */
  | { readonly kind: 'superseded'; readonly question: Question }
  | { readonly kind: 'suspend' };

type Open = Extract<Waiting, { readonly kind: 'approval' }>;

/** Opens the card, then waits. Silence until the card expires is a no. */
export async function askConsent(strand: Strand, question: Question, decided: Decided): Promise<Consent> {
  const { ports, recorder, task } = strand;
  const body = cardBody(strand, question, decided);
  const card = await recorder.carry(task.name, (facts) => ports.ask(body, facts));
  if ('fault' in card) return { kind: 'refused', outcome: { status: 'failed', fault: card.fault } };
  strand.wait({ kind: 'approval', question, card, approvals: [] });
  recorder.announce(task.name, 'task_waiting_approval', {
    card: card.digest,
    rules: [...body.rules],
    quorum: body.quorum,
    ...(body.groups.length === 0 ? {} : { groups: body.groups.map((one) => ({ ...one })) }),
    ...(body.minAssurance === 'V0' ? {} : { min_assurance: body.minAssurance }),
    expires_at: body.expiresAt,
  });
  if (card.reminders !== undefined) ports.tell(card, 'opened');
  return awaitConsent(strand);
}

/** The waiting half, entered again by a continued run. */
export async function awaitConsent(strand: Strand): Promise<Consent> {
  const { ports, record } = strand;
  for (;;) {
    const waiting = openApproval(record.waiting);
    const terms = termsOf(waiting.card.body);
    const met = isMet(waiting.approvals, terms);
    if (met && ports.now() >= terms.notBefore && !ports.spokenTo(strand.task.name))
      return approved(strand, waiting, waiting.approvals);
    const { expiresAt } = waiting.card.body;
    const reminder = waiting.card.reminders?.[waiting.reminded ?? 0] ?? expiresAt;
    const until = met ? terms.notBefore : Math.min(reminder, expiresAt);
    const heard = await listen(strand, until, earFor(waiting, met));
    switch (heard.kind) {
      case 'suspend':
        return heard;
      case 'superseded':
        return supersede(strand, heard.code, heard.reason);
      case 'cancelled':
        return close(strand, { status: 'cancelled' });
      case 'time':
        if (met) break;
        if (until >= expiresAt) return close(strand, { status: 'expired' });
        remind(strand, waiting);
        break;
      case 'word': {
        const end = heed(strand, waiting, heard);
        if (end !== null) return end;
        break;
      }
      default:
        return heard satisfies never;
    }
  }
}

/** Null: the card stays open. */
function heed(strand: Strand, waiting: Open, { message, person, weighed }: Word): Consent | null {
  const { recorder, task } = strand;
  const { card } = waiting;
  const details = {
    by: person.by,
    assurance: person.assurance,
    reason: person.reason,
    card: card.digest,
    ...(samePerson(message.by, person.by) ? {} : { named: message.by }),
    ...(weighed.evidence === undefined ? {} : { evidence: weighed.evidence }),
    ...(weighed.roster === undefined ? {} : { roster: weighed.roster }),
  };
  if (message.kind === 'reject') return close(strand, { status: 'rejected', person });
  if (message.kind === 'withdraw') {
    recorder.announce(task.name, 'vote_withdrawn', details);
    const approvals = waiting.approvals.filter((vote) => !samePerson(vote.by, person.by));
    strand.wait({ ...waiting, approvals });
    return null;
  }
  const vote: Approval = {
    by: person.by,
    assurance: person.assurance,
    card: card.digest,
    ...(weighed.groups === undefined ? {} : { groups: weighed.groups }),
    ...(weighed.glass === undefined ? {} : { glass: weighed.glass }),
  };
  if (weighed.glass !== undefined) breakGlass(strand, card, vote.by, weighed.glass, details);
  const approvals = [...waiting.approvals, vote];
  const terms = termsOf(card.body);
  const now = isMet(approvals, terms) && strand.ports.now() >= terms.notBefore;
  if (now && !(terms.revocable && strand.ports.spokenTo(task.name)))
    return approved(strand, { ...waiting, ...spentWith(waiting, weighed) }, approvals, details);
  // Announced, so that it is in the record at once: the next vote may be days away.
  recorder.announce(task.name, 'vote_counted', details);
  strand.wait({ ...waiting, approvals, ...spentWith(waiting, weighed) });
  return null;
}

/** A mere name is no proof, and may be said again. */
function spentWith({ spent = [] }: Open, { assurance, evidence }: Counted): Pick<Open, 'spent'> {
  return assurance === 'V0' || evidence === undefined ? {} : { spent: [...spent, evidence] };
}

function approved(
  strand: Strand,
  { question, card, spent }: Open,
  approvals: readonly Approval[],
  details?: JsonObject,
): Consent {
  const { record, recorder, task } = strand;
  strand.wait(null);
  forget(strand);
  record.approvedBy = approvals.map((approval) => approval.by);
  if (termsOf(card.body).revocable) record.revocable = true;
  const { by = '', assurance = 'V0' } = approvals.at(-1) ?? {};
  recorder.note(task.name, 'task_approved', details ?? { by, assurance, card: card.digest });
  return { kind: 'approved', question: { ...question, approvals }, card, spent };
}

/** Something was said between the last vote and the deed: the card is open again, with the votes it has. */
export function reopen(
  strand: Strand,
  { question, card, spent }: Extract<Consent, { kind: 'approved' }>,
): void {
  delete strand.record.revocable;
  const { approvals } = question;
  strand.wait({
    kind: 'approval',
    question: { ...question, approvals: [] },
    card,
    approvals,
    ...(spent === undefined ? {} : { spent }),
  });
}

/** The card is closed and its votes are void, whatever they were. */
export function supersede(strand: Strand, code: string, reason: string): Consent {
  const waiting = openApproval(strand.record.waiting);
  const { question, card } = waiting;
  strand.recorder.announce(strand.task.name, 'card_superseded', { card: card.digest, code, reason });
  strand.wait(null);
  forget(strand);
  return { kind: 'superseded', question: { ...question, approvals: [] } };
}

function close(strand: Strand, outcome: Outcome): Consent {
  strand.wait(null);
  forget(strand);
  return { kind: 'refused', outcome };
}

/** What nobody could weigh in time is late. */
function forget({ record, recorder, task }: Strand): void {
  for (const { message } of record.deferred ?? [])
    recorder.note(task.name, 'message_ignored', { kind: message.kind, by: message.by, code: 'late' });
  delete record.deferred;
}

function remind(strand: Strand, waiting: Open): void {
  const reminded = (waiting.reminded ?? 0) + 1;
  strand.ports.tell(waiting.card, reminded === 1 ? 'reminder' : 'escalation');
  strand.wait({ ...waiting, reminded });
}

function openApproval(waiting: Waiting | null): Open {
  if (waiting?.kind !== 'approval') throw new Error('awaiting consent without an open card');
  return waiting;
}
