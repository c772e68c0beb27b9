/** What is kept of runs beside the record: found before anything is erased, so that it can be said what would go. */
import { createHash } from 'node:crypto';
import { isObject, type JsonObject } from '../../workflows/language/json.ts';
import type { ClaimRecord } from '../../activities/stores/claims.ts';
import type { Ledger } from '../../activities/stores/ledger.ts';
import { canBeUndone, withoutPapers } from '../../activities/stores/paper-rules.ts';
import type { PaperName } from '../../activities/stores/papers.ts';
import type { StoreReading } from '../../activities/stores/reading.ts';
import { foundName } from '../../activities/connectors/found.ts';
import type { RecordedRun, Scope } from './runs.ts';

export interface RunPapers {
  readonly run: RecordedRun;
  readonly claims: readonly ClaimRecord[];
  /** Cards that were shown for it, and plans of undos that say what it did. */
  readonly documents: readonly PaperName[];
  /** Names under which its actions may have kept what they found, where secrets are kept. */
  readonly found: readonly string[];
  /** Undos of it, which want its saved states until they are over. */
  readonly undos: readonly RecordedRun[];
}

export async function survey(
  ledger: Pick<Ledger, 'claimsOf'>,
  reading: Pick<StoreReading, 'documents'>,
  { runs, besides }: Scope,
): Promise<readonly RunPapers[]> {
  const cards = new Map<string, PaperName[]>();
  /** Plans of undos by the run that they take back. */
  const undoPlans = new Map<string, PaperName[]>();
  for await (const { kind, digest, text } of reading.documents()) {
    if (kind !== 'card' && kind !== 'plan') continue;
    const chain = kind === 'card' ? objectIn(text)['chain'] : undoneBy(objectIn(text));
    const found = kind === 'card' ? cards : undoPlans;
    if (typeof chain === 'string') found.set(chain, [...(found.get(chain) ?? []), { kind, digest }]);
  }
  const papers: RunPapers[] = [];
  for (const run of runs) {
    const claims = await ledger.claimsOf(run.chain);
    const plans = undoPlans.get(run.chain) ?? [];
    const undos = [...runs, ...besides].filter(({ plan }) => plans.some(({ digest }) => digest === plan));
    papers.push({
      run,
      claims,
      documents: [...(cards.get(run.chain) ?? []), ...plans],
      found: claims.map(({ key }) => foundName(createHash('sha256').update(key).digest('hex'))),
      undos,
    });
  }
  return papers;
}

function undoneBy(plan: JsonObject): unknown {
  const { undo } = plan;
  return isObject(undo) ? undo['chain'] : null;
}

/** What is no JSON is told by `audit verify`. */
function objectIn(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

export interface Counts {
  readonly outputs: number;
  readonly saved: number;
  readonly cards: number;
  readonly plans: number;
  /** Tasks that could still be undone. */
  readonly undoable: readonly string[];
}

/** What an erasure would come to. */
export function countsOf(papers: readonly RunPapers[]): Counts {
  const claims = papers.flatMap((one) => one.claims).filter((claim) => withoutPapers(claim) !== null);
  const documents = papers.flatMap((one) => one.documents);
  return {
    outputs: claims.filter(({ output }) => output !== null).length,
    saved: claims.filter(({ effect }) => effect !== null && effect.saved !== null).length,
    cards: documents.filter(({ kind }) => kind === 'card').length,
    plans: documents.filter(({ kind }) => kind === 'plan').length,
    undoable: claims.filter(canBeUndone).map(({ owner }) => owner.task),
  };
}
