/** From a form to a vote: read strictly, compared with the card that is open now, vouched for, sent as a signal. */
import { randomUUID, type KeyObject } from 'node:crypto';
import { digestOfWord, signVoucher } from '../../activities/approvals/voucher.ts';
import type { Message } from '../../workflows/ports.ts';
import type { Cards, OpenCard } from './cards.ts';
import type { SignedIn } from './sessions.ts';

export interface Signer {
  readonly key: KeyObject;
  readonly now: () => number;
}

export type Decided =
  | { readonly kind: 'sent'; readonly decision: 'approve' | 'reject'; readonly open: OpenCard }
  /** Nothing was sent. `open` is the card as it is now, where one is. */
  | { readonly kind: 'not_sent'; readonly why: string; readonly open: OpenCard | null };

const LONGEST_REASON = 2_000;

export async function decide(
  form: URLSearchParams,
  person: SignedIn,
  cards: Cards,
  signer: Signer,
): Promise<Decided> {
  const open = await cards.find(form.get('run') ?? '', form.get('task') ?? '');
  const not = (why: string): Decided => ({ kind: 'not_sent', why, open });
  if (open === null) return not('Nothing waits for approval there any more.');
  const { card, task, workflowId } = open;
  if (form.get('digest') !== card.digest)
    return not('The card has changed since you read it. Nothing was sent: read it again.');
  const decision = form.get('decision');
  if (decision !== 'approve' && decision !== 'reject') return not('Nothing was decided.');
  const reason = (form.get('reason') ?? '').trim();
  if (reason === '' || reason.length > LONGEST_REASON)
    return not('Say why, in a sentence. Nothing was sent.');
  const targets = countOf(form.get('targets'));
  if (targets === 'none') return not('Write the number of targets in digits. Nothing was sent.');
  const said = { task, digest: card.digest, by: person.shown.trim(), reason };
  const word: Message =
    decision === 'approve'
      ? { kind: decision, ...said, ...(targets === null ? {} : { targets }) }
      : { kind: decision, ...said };
  const jws = await signVoucher(
    {
      issuer: person.issuer,
      subject: person.subject,
      card: card.digest,
      word: digestOfWord(word),
      id: randomUUID(),
    },
    signer.key,
    signer.now(),
  );
  const { kind: _kind, ...input } = word;
  await cards.send(workflowId, decision, { ...input, proof: { kind: 'brokered', jws } });
  return { kind: 'sent', decision, open };
}

function countOf(text: string | null): number | null | 'none' {
  if (text === null || text.trim() === '') return null;
  return /^\d{1,9}$/.test(text.trim()) ? Number(text) : 'none';
}
