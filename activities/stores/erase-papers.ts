/** Erases working papers of a run: one commit, in which they go and the log says so. */
import { actEvent } from './audit.ts';
import { draft } from './drafting.ts';
import { decidePapers } from './paper-rules.ts';
import type { PapersAnswer, PapersErasure } from './papers.ts';
import { NO_WISHES, type createSubmit } from './submit.ts';

export async function erasePapers(
  submit: Pick<ReturnType<typeof createSubmit>, 'call'>,
  erasure: PapersErasure,
): Promise<PapersAnswer> {
  const { answer } = await submit.call<PapersAnswer>([...erasure.keys], [], [], (claim) => {
    const decision = decidePapers(erasure, claim);
    if (decision.kind === 'undoable') return { kind: 'ok', answer: decision, wishes: NO_WISHES };
    const { claims, documents, erased } = decision;
    // Nothing to erase, but perhaps something that a reader kept from being forgotten the last time.
    if (claims.length === 0 && documents.length === 0)
      return { kind: 'ok', answer: { kind: 'nothing' }, wishes: { ...NO_WISHES, forgets: true } };
    const drafts = [draft(actEvent(erasure.act(erased)))];
    const wishes = { ...NO_WISHES, claims, papers: documents, drafts, forgets: true };
    return { kind: 'ok', answer: { kind: 'erased', ...erased }, wishes };
  });
  return answer;
}
