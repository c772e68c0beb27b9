/** Approvals that were counted, looked at again where they are about to be used: persons leave, and groups change. */
import type { Approval, CardBody, Lapse, RunRef } from '../../workflows/ports.ts';
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
}

/** Throws `TryAgain` while the roster cannot be read: nothing is done on the strength of approvals meanwhile. */
export async function recount(
  world: Pick<World, 'approvals' | 'ledger' | 'origin'>,
  run: RunRef,
  approvals: readonly Approval[],
): Promise<Ballot> {
  const [first] = approvals;
  if (first === undefined) return { approvals, lapse: null };
  const text = await world.ledger.get('card', first.card);
  if (text === null)
    return {
      approvals: [],
      lapse: { code: 'card_unknown', reason: 'the approved card is not in the store' },
    };
  const body = JSON.parse(text) as CardBody;
  const lapse = await lapseOfCard(world.origin, run, body);
  if (lapse !== null) return { approvals: [], lapse };
  const { rosters } = world.approvals;
  if (rosters === null) return { approvals, lapse: null };
  const current = await rosters.current();
  if (current.kind === 'unavailable') throw new TryAgain('roster_unavailable', current.reason);
  return counted(current.roster, run, body, approvals);
}

function counted(roster: Roster, run: RunRef, body: CardBody, given: readonly Approval[]): Ballot {
  const approvals = given.flatMap((vote) => {
    const person = personById(roster, vote.by);
    if (person === null || objectionTo(roster, person.id, run) !== null) return [];
    return [{ ...vote, groups: person.groups }];
  });
  const terms = termsOf(body);
  if (isMet(approvals, terms)) return { approvals, lapse: null };
  const wanted = missing(approvals, terms.groups).map(({ group, count }) => `${count} of ${group}`);
  const reason = `since they approved, the roster has changed: ${approvals.length} of ${given.length} approvals still count${wanted.length === 0 ? '' : `, and ${wanted.join(', ')} are missing`}`;
  return { approvals, lapse: { code: 'approver_removed', reason } };
}
