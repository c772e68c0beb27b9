/** Erases what may be erased: in commits in which it goes and the log says so; and then makes the store forget it. */
import { actEvent, type Receipt } from './audit.ts';
import { draft } from './drafting.ts';
import { decidePapers } from './paper-rules.ts';
import type { PapersAnswer, PapersErasure } from './papers.ts';
import { NO_WISHES } from './group.ts';
import type { createSubmit } from './submit.ts';
import type { Erasure } from './values.ts';

interface Store {
  readonly submit: Pick<ReturnType<typeof createSubmit>, 'call'>;
  readonly forget: () => Promise<void>;
}

/** In one commit at a time, so that others can write between them. */
const AT_ONCE = 100;

/** Forgets also where nothing is left to erase: perhaps something kept it from that the last time. */
export async function eraseValues(
  { submit, forget }: Store,
  erasures: readonly Erasure[],
): Promise<readonly Receipt[]> {
  const receipts: Receipt[] = [];
  for (let from = 0; from < erasures.length; from += AT_ONCE) {
    const some = erasures.slice(from, from + AT_ONCE);
    const drafts = some.map(({ act }) => draft(actEvent(act)));
    const wishes = { ...NO_WISHES, drafts, erasures: some };
    const recorded = await submit.call([], drafts, [], () => ({ kind: 'ok', answer: null, wishes }));
    receipts.push(...recorded.receipts);
  }
  await forget();
  return receipts;
}

export async function erasePapers(
  { submit, forget }: Store,
  erasures: readonly PapersErasure[],
): Promise<readonly PapersAnswer[]> {
  const answers: PapersAnswer[] = [];
  for (const erasure of erasures) answers.push(await eraseOf(submit, erasure));
  await forget();
  return answers;
}

async function eraseOf(submit: Store['submit'], erasure: PapersErasure): Promise<PapersAnswer> {
  const { answer } = await submit.call<PapersAnswer>(erasure.keys, [], [], (claim) => {
    const decision = decidePapers(erasure, claim);
    if (decision.kind === 'undoable') return { kind: 'ok', answer: decision, wishes: NO_WISHES };
    const { claims, documents, erased } = decision;
    if (claims.length === 0 && documents.length === 0)
      return { kind: 'ok', answer: { kind: 'nothing' }, wishes: NO_WISHES };
    const drafts = [draft(actEvent(erasure.act(erased)))];
    const wishes = { ...NO_WISHES, claims, papers: documents, drafts };
    return { kind: 'ok', answer: { kind: 'erased', ...erased }, wishes };
  });
  return answer;
}
