/** `cordon audit erase` for a run or a case: look, refuse or say, erase, tell what remains. */
import type { Ledger } from '../../activities/stores/ledger.ts';
import { openForReading } from '../../activities/stores/reading.ts';
import type { ValueName } from '../../activities/stores/values.ts';
import type { Config } from '../../worker/config.ts';
import { openConfiguredSecrets, outboundOf } from '../../worker/keeping.ts';
import { ownPassword } from '../../worker/store.ts';
import { oneLine } from '../render/text.ts';
import type { Scope } from './runs.ts';
import { erasePapers, type PapersGone } from './papers.ts';
import { refusals, withEnds, withoutOpenPlans } from './refusals.ts';
import { remainsOf, type Remains } from './remains.ts';
import { countsOf, survey, type Counts, type RunPapers } from './survey.ts';
import { eraseValues, valuesAt, type Authority } from './values.ts';

export interface Order extends Authority {
  readonly papers: boolean;
  readonly loseUndo: boolean;
}

export interface Erased {
  readonly values: readonly ValueName[];
  /** Null where only values were asked for. */
  readonly papers: PapersGone | null;
  /** Working papers that stay because nobody asked for them. */
  readonly kept: Counts | null;
  readonly remains: readonly Remains[];
}

/** What was found, and may go. */
export interface Found {
  readonly values: readonly ValueName[];
  readonly papers: readonly RunPapers[];
}

export type Looked =
  | { readonly kind: 'found'; readonly found: Found }
  | { readonly kind: 'refused'; readonly problems: readonly string[] };

/** Changes nothing. */
export async function lookAt(
  ledger: Pick<Ledger, 'claimsOf' | 'values'>,
  config: Config,
  scope: Scope,
  order: Order,
): Promise<Looked> {
  const seen = await papersOf(ledger, config, scope);
  const { papers, problems } = await withEnds(async (isOver) => ({
    problems: order.papers ? await refusals(seen, order.loseUndo, isOver) : [],
    papers: order.papers ? await withoutOpenPlans(seen, isOver) : seen,
  }));
  if (problems.length > 0) return { kind: 'refused', problems };
  const indexes = scope.runs.flatMap((run) => run.indexes);
  return { kind: 'found', found: { values: await valuesAt(ledger, indexes), papers } };
}

export type Ended =
  | { readonly kind: 'erased'; readonly erased: Erased }
  | { readonly kind: 'refused'; readonly problems: readonly string[] };

export async function eraseFound(
  ledger: Pick<Ledger, 'erase' | 'erasePapers'>,
  config: Config,
  { values, papers }: Found,
  order: Order,
): Promise<Ended> {
  const end = order.papers ? await goneOf(ledger, config, papers, order) : null;
  if (end !== null && end.kind === 'undoable') return { kind: 'refused', problems: [since(end.tasks)] };
  await eraseValues(ledger, values, order);
  const gone = end === null ? null : end.gone;
  const remains = await remainsOf(config, papers, gone?.notRemoved ?? []);
  return {
    kind: 'erased',
    erased: { values, papers: gone, kept: gone === null ? countsOf(papers) : null, remains },
  };
}

function since(tasks: readonly string[]): string {
  return `undo_possible: ${tasks.map((task) => oneLine(task)).join(', ')} can be undone since this was looked at; look again and repeat`;
}

/** Closed again before anything is erased: a reader would keep the old pages. */
async function papersOf(
  ledger: Pick<Ledger, 'claimsOf'>,
  config: Config,
  scope: Scope,
): Promise<readonly RunPapers[]> {
  const reading = await openForReading(config.state, { password: await ownPassword(config) });
  try {
    return await survey(ledger, reading, scope);
  } finally {
    await reading.close();
  }
}

async function goneOf(
  ledger: Pick<Ledger, 'erasePapers'>,
  config: Config,
  papers: readonly RunPapers[],
  order: Order,
) {
  const outbound = outboundOf(config);
  const opened = outbound.kind === 'problems' ? outbound : openConfiguredSecrets(config, outbound.egress);
  const secrets = opened.kind === 'problems' ? null : opened.secrets;
  return erasePapers(ledger, secrets, papers, order.loseUndo, order);
}
