/** What erasing makes of a claim. Pure, and the same for every store. */
import type { ClaimRecord, Effect } from './claims.ts';
import type { PaperName, PapersErased, PapersErasure } from './papers.ts';

export type PapersDecision =
  | { readonly kind: 'undoable'; readonly tasks: readonly string[] }
  | {
      readonly kind: 'erase';
      readonly claims: readonly ClaimRecord[];
      readonly documents: readonly PaperName[];
      readonly erased: PapersErased;
    };

export function decidePapers(
  erasure: PapersErasure,
  claim: (key: string) => ClaimRecord | null,
): PapersDecision {
  const own = erasure.keys
    .flatMap((key) => claim(key) ?? [])
    .filter(({ owner }) => owner.chain === erasure.chain);
  const undoable = own.filter(canBeUndone).map(({ owner }) => owner.task);
  if (undoable.length > 0 && !erasure.loseUndo) return { kind: 'undoable', tasks: undoable };
  const changed = own.flatMap((found) => {
    const next = withoutPapers(found);
    return next === null ? [] : [{ found, next }];
  });
  const saved = changed.flatMap(({ found: { effect } }): readonly PaperName[] =>
    effect === null || effect.saved === null ? [] : [{ kind: 'saved', digest: effect.saved }],
  );
  const count = (kind: PaperName['kind']): number =>
    erasure.documents.filter((document) => document.kind === kind).length;
  return {
    kind: 'erase',
    claims: changed.map(({ next }) => next),
    documents: [...saved, ...erasure.documents],
    erased: {
      outputs: changed.filter(({ found }) => hasOutput(found)).length,
      saved: saved.length,
      cards: count('card'),
      plans: count('plan'),
      undoLost: undoable,
    },
  };
}

/** How it was before is kept, and the effect stands. */
export function canBeUndone({ state, effect }: ClaimRecord): boolean {
  return state === 'done' && effect !== null && effect.saved !== null && effect.undone === null;
}

/**
 * Key, digest of the inputs, state, fence and owner stay: by them a repeat is told apart from something new. Null where
 * nothing is kept, or where somebody may be at work and write it anew.
 */
export function withoutPapers(found: ClaimRecord): ClaimRecord | null {
  if (found.state === 'calling' || found.state === 'claimed') return null;
  const { effect } = found;
  const tells = effect !== null && effect.erased !== true;
  if (!hasOutput(found) && !tells) return null;
  return {
    ...found,
    ...(hasOutput(found) ? { output: null, erased: true as const } : {}),
    effect: effect === null ? null : bare(effect),
  };
}

function hasOutput({ output, erased }: ClaimRecord): boolean {
  return output !== null && erased !== true;
}

/** That there was an effect, of which kind, and whether it was taken back. */
function bare(effect: Effect): Effect {
  return { ...effect, targets: [], saved: null, erased: true };
}
