/** Approvals that were counted, looked at again where they are about to be used: persons leave, and groups change. */
import type { Approval, CardBody, Glass, Lapse, RunRef } from '../../workflows/ports.ts';
import { isMet, missing, termsOf } from '../../workflows/walk/terms.ts';
import { TryAgain } from '../try-again.ts';
import type { World } from '../world.ts';
import { objectionTo, personById } from './electorate.ts';
import { lapseOfCard } from './standing.ts';
import type { Roster } from './roster.ts';

export interface Ballot {
  /** With the groups each person is in now; only those that still count. */
  readonly approvals: readonly Approval[];
  /** Null: they are what the card asked for, still. */
  readonly lapse: Lapse | null;
  /** One of them broke the glass, and its time is not up: it stands for the quorum. */
  readonly glass: Glass | null;
}

const NO_GLASS = { glass: null } as const;

/** Throws `TryAgain` while the roster cannot be read: nothing is done on the strength of approvals meanwhile. */
export async function recount(
  world: Pick<World, 'approvals' | 'ledger' | 'origin'>,
  run: RunRef,
  approvals: readonly Approval[],
  at: number,
): Promise<Ballot> {
  const [first] = approvals;
  if (first === undefined) return { approvals, lapse: null, ...NO_GLASS };
  const text = await world.ledger.get('card', first.card);
  if (text === null)
    return lapsed([], { code: 'card_unknown', reason: 'the approved card is not in the store' });
  const body = JSON.parse(text) as CardBody;
  const lapse = await lapseOfCard(world.origin, run, body);
  if (lapse !== null) return lapsed([], lapse);
  const { rosters } = world.approvals;
  if (rosters === null) return { approvals, lapse: null, ...NO_GLASS };
  const current = await rosters.current();
  if (current.kind === 'unavailable') throw new TryAgain('roster_unavailable', current.reason);
  return counted(current.roster, run, body, approvals, at);
}

function counted(
  roster: Roster,
  run: RunRef,
  body: CardBody,
  given: readonly Approval[],
  at: number,
): Ballot {
  const approvals = given.flatMap((vote) => {
    const person = personById(roster, vote.by);
    if (person === null || objectionTo(roster, person.id, run) !== null) return [];
    if (vote.glass !== undefined && !person.breakGlass) return [];
    return [{ ...vote, groups: person.groups }];
  });
  const glass = approvals.find((vote) => vote.glass !== undefined)?.glass ?? null;
  if (glass !== null && at <= glass.until) return { approvals, lapse: null, glass };
  if (glass !== null)
    return lapsed(approvals, {
      code: 'glass_over',
      reason: 'the time for which the glass was broken is over',
    });
  const terms = termsOf(body);
  if (isMet(approvals, terms)) return { approvals, lapse: null, ...NO_GLASS };
  const wanted = missing(approvals, terms.groups).map(({ group, count }) => `${count} of ${group}`);
  const reason = `since they approved, the roster has changed: ${approvals.length} of ${given.length} approvals still count${wanted.length === 0 ? '' : `, and ${wanted.join(', ')} are missing`}`;
  return lapsed(approvals, { code: 'approver_removed', reason });
}

function lapsed(approvals: readonly Approval[], lapse: Lapse): Ballot {
  return { approvals, lapse, ...NO_GLASS };
}
