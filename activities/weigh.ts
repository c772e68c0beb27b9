/** Decides whether a person's word counts. A signal is a doorbell: what it says of its sender is a claim. */
import type { LocalActivities } from '../workflows/activities.ts';
import type { Card, Message, RunRef, Weighed } from '../workflows/ports.ts';
import { isAtLeast, type Assurance } from '../workflows/walk/outcome.ts';
import { termsOf } from '../workflows/walk/terms.ts';
import { attestWord } from './approvals/attest.ts';
import type { Attestation } from './approvals/attestation.ts';
import { objectionTo, personById } from './approvals/electorate.ts';
import { breakGlass, objectionToGlass, reviewGlass } from './approvals/glass.ts';
import { flawOfReason } from './approvals/reason.ts';
import { takePlace } from './approvals/pace.ts';
import { lapseOfCard } from './approvals/standing.ts';
import { subjectOf } from './approvals/statement.ts';
import { appendFacts } from './record.ts';
import type { World } from './world.ts';

type Person = Extract<Attestation, { readonly kind: 'person' }>;
type Vote = Extract<Message, { readonly kind: 'approve' | 'reject' | 'withdraw' | 'break_glass' }>;

export function createWeigh(world: World): LocalActivities['weigh'] {
  return async ({ run, facts, message, card, at }) => {
    const receipts = await appendFacts(world, run, facts);
    return { ...(await weigh(world, message, card, run, at)), receipts };
  };
}

async function weigh(
  world: World,
  message: Message,
  card: Card | null,
  run: RunRef,
  at: number,
): Promise<Weighed> {
  const flaw = flawOfReason(message.reason);
  if (flaw !== null) return { kind: 'refused', ...flaw };
  const shown = isVote(message) ? await shownCard(world, message, card, run) : null;
  if (shown !== null && 'kind' in shown) return shown;
  const subject = subjectOf(message, run, shown?.text ?? null);
  const proof = message.proof ?? { kind: 'none' };
  const attested = await attestWord(world.approvals.attestors, { message, proof, subject, run, at });
  if (attested.kind !== 'person') return attested;
  const least = leastFor(world, message, card);
  if (!isAtLeast(attested.assurance, least))
    return {
      kind: 'refused',
      code: 'assurance_too_low',
      reason: `this proves who you are as ${attested.assurance} only, and ${least} is needed; a mere name is V0`,
      assurance: attested.assurance,
    };
  return admit(world, message, card, run, attested, at);
}

function isVote(message: Message): message is Vote {
  return ['approve', 'reject', 'withdraw', 'break_glass'].includes(message.kind);
}

/** The stored bytes that are voted on; otherwise why there can be no vote. */
async function shownCard(
  world: World,
  message: Vote,
  card: Card | null,
  run: RunRef,
): Promise<{ readonly text: string } | Exclude<Weighed, { readonly kind: 'counts' }>> {
  if (card !== null && card.digest !== message.digest)
    return refused('other_card', 'the digest is not that of the open card');
  const text = card === null ? null : await world.ledger.get('card', card.digest);
  if (card === null || text === null) return refused('card_unknown', 'no such card is stored');
  try {
    const lapse = await lapseOfCard(world.origin, run, card.body);
    return lapse === null ? { text } : { kind: 'superseded', ...lapse };
  } catch {
    return { kind: 'unavailable', reason: 'the server cannot be asked where this run comes from' };
  }
}

/**
 * In production a mere name never counts. A refusal or a withdrawal is on the safe side, so it needs no more than
 * that somebody known stands behind it. Without a roster there are only names, and development takes them for all.
 */
function leastFor({ mode, approvals }: World, message: Message, card: Card | null): Assurance {
  if (message.kind === 'break_glass') return 'V3';
  if (message.kind === 'review') return 'V1';
  if (approvals.rosters === null && mode === 'development') return 'V0';
  const floor = mode === 'production' ? 'V1' : 'V0';
  const asked = card === null ? floor : termsOf(card.body).minAssurance;
  const wanted = message.kind === 'approve' || !isAtLeast(asked, 'V1') ? asked : 'V1';
  return isAtLeast(wanted, floor) ? wanted : floor;
}

async function admit(
  world: World,
  message: Message,
  card: Card | null,
  run: RunRef,
  { person, assurance, evidence }: Person,
  at: number,
): Promise<Weighed> {
  const { rosters, massTargets } = world.approvals;
  const current = rosters === null ? null : await rosters.current();
  if (current?.kind === 'unavailable') return current;
  const roster = current?.roster ?? null;
  if (message.kind === 'approve' || message.kind === 'break_glass') {
    const objection = objectionTo(roster, person, run);
    if (objection !== null) return refused(objection.code, objection.reason);
  }
  if (message.kind === 'approve') {
    const count = card?.body.targets.length ?? 0;
    if (count >= massTargets && message.targets !== count) return uncounted(message.targets);
  }
  if (roster === null) return { kind: 'counts', by: person, assurance, ...anyGroup(card) };
  const listed = personById(roster, person);
  if (listed === null) return refused('person_unknown', 'the roster lists nobody by this name');
  const named = roster.byAccount(message.by);
  if (named.kind === 'person' && named.person.id !== person)
    return refused('name_mismatch', 'the word names one person and is proved by another');
  const counts = {
    kind: 'counts',
    by: person,
    assurance,
    groups: listed.groups,
    evidence,
    roster: roster.digest,
  } as const;
  switch (message.kind) {
    case 'approve': {
      const about = { digest: message.digest, task: message.task };
      const places = world.approvals.mostPerHour;
      if (await takePlace(world.ledger, run, person, about, { places, at })) return counts;
      return refused(
        'too_many_votes',
        `${person} has approved ${places} cards within the hour; let somebody else read this one`,
      );
    }
    case 'break_glass': {
      const objection = card === null ? null : objectionToGlass(message, card, listed);
      if (objection !== null) return refused(objection.code, objection.reason);
      const glass = await breakGlass(world, run, message, listed, at);
      return 'code' in glass ? refused(glass.code, glass.reason) : { ...counts, glass };
    }
    case 'review': {
      const objection = await reviewGlass(world, run, message, listed, at);
      return objection === null ? counts : refused(objection.code, objection.reason);
    }
    default:
      return counts;
  }
}

/** Without a roster nobody is in a group, and names are taken for whoever is wanted; in development only. */
function anyGroup(card: Card | null): { readonly groups?: readonly string[] } {
  const wanted = card === null ? [] : termsOf(card.body).groups.map(({ group }) => group);
  return wanted.length === 0 ? {} : { groups: wanted };
}

/** The number is not said: whoever did not count the targets is to look at them. */
function uncounted(typed: number | undefined): Weighed {
  return typed === undefined
    ? refused(
        'targets_uncounted',
        `this acts on many targets: say how many you counted on the card (targets)`,
      )
    : refused('targets_miscounted', `the card does not have ${typed} targets; read it again`);
}

function refused(code: string, reason: string): Extract<Weighed, { readonly kind: 'refused' }> {
  return { kind: 'refused', code, reason };
}
