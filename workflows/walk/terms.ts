/** What a card asks for, whichever version wrote it, and whether the votes on it are enough. */
import type { Approval, CardBody } from '../ports.ts';
import type { Assurance } from './outcome.ts';
import type { GroupQuorum } from './verdict.ts';

export interface Terms {
  readonly quorum: number;
  readonly groups: readonly GroupQuorum[];
  readonly minAssurance: Assurance;
  readonly notBefore: number;
  /** A card of version 1 was opened by a walk that finished at the last vote, and is finished like that. */
  readonly revocable: boolean;
}

type Added = 'groups' | 'minAssurance' | 'notBefore';
type AnyBody = Omit<CardBody, Added | 'v'> & Partial<Pick<CardBody, Added>> & { readonly v: number };

export function termsOf(body: AnyBody): Terms {
  const { quorum, groups = [], minAssurance = 'V0', notBefore = body.openedAt, v } = body;
  return { quorum, groups, minAssurance, notBefore, revocable: v >= 2 };
}

/** `approvals` are of distinct persons. Whoever is in two groups counts for both; broken glass stands for all. */
export function isMet(
  approvals: readonly Approval[],
  { quorum, groups }: Pick<Terms, 'quorum' | 'groups'>,
): boolean {
  if (approvals.some((vote) => vote.glass !== undefined)) return true;
  return approvals.length >= quorum && missing(approvals, groups).length === 0;
}

/** How many are still wanted of each group that lacks some. */
export function missing(
  approvals: readonly Pick<Approval, 'groups'>[],
  groups: readonly GroupQuorum[],
): readonly GroupQuorum[] {
  return groups.flatMap(({ group, count }) => {
    const given = approvals.filter((vote) => vote.groups?.includes(group) === true).length;
    return given >= count ? [] : [{ group, count: count - given }];
  });
}
