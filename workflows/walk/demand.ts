/** What the approvals that a verdict asks for add up to: of every demand, the strictest. */
import { strongest, type Assurance } from './outcome.ts';
import type { GroupQuorum, Obligation, Verdict } from './verdict.ts';

export interface Demand {
  readonly quorum: number;
  readonly groups: readonly GroupQuorum[];
  readonly minAssurance: Assurance;
  /** Null: nobody but the playbook says how long. */
  readonly expiresMs: number | null;
}

type Approval = Extract<Obligation, { readonly kind: 'approval' }>;
/** As histories from before groups and levels hold it: a quorum, and nothing else. */
type Recorded = Pick<Approval, 'quorum'> & Partial<Approval>;

/** At least one person, whoever asks for approval. */
export function demandOf({ obligations }: Pick<Verdict, 'obligations'>): Demand {
  const asked: readonly Recorded[] = obligations.filter((one) => one.kind === 'approval');
  const most = new Map<string, number>();
  for (const { group, count } of asked.flatMap(({ groups }) => groups ?? []))
    most.set(group, Math.max(count, most.get(group) ?? 0));
  const spans = asked.flatMap(({ expiresMs }) => expiresMs ?? []);
  return {
    quorum: Math.max(1, ...asked.map(({ quorum }) => quorum), ...most.values()),
    groups: [...most].map(([group, count]) => ({ group, count })),
    minAssurance: strongest(asked.flatMap(({ minAssurance }) => minAssurance ?? [])),
    expiresMs: spans.length === 0 ? null : Math.min(...spans),
  };
}
