/** Which words an open card can use, before it is known whose they are and after. */
import type { Message } from '../ports.ts';
import { samePerson } from './outcome.ts';
import type { Waiting } from './state.ts';
import type { Ear } from './strand.ts';

type Open = Extract<Waiting, { readonly kind: 'approval' }>;

/** The card whose quorum is full may still be refused, and its votes taken back; nobody can add to it. */
export function earFor({ card, approvals, spent = [] }: Open, met: boolean): Ear {
  const voted = (by: string): boolean => approvals.some((vote) => samePerson(vote.by, by));
  return {
    deadline: met ? Infinity : card.body.expiresAt,
    usable(message) {
      if (!isAboutCard(message)) return 'not_an_approval';
      if (message.digest !== card.digest) return 'other_card';
      if (message.kind !== 'approve') return null;
      if (voted(message.by)) return 'voted_already';
      return met ? 'enough' : null;
    },
    admits({ kind }, { by, evidence }) {
      if (kind === 'approve' && voted(by)) return 'voted_already';
      // Whoever repeats what its author took back has nothing but the old proof.
      if (kind === 'approve' && evidence !== undefined && spent.includes(evidence)) return 'proof_spent';
      return kind === 'withdraw' && !voted(by) ? 'nothing_to_withdraw' : null;
    },
  };
}

function isAboutCard(
  message: Message,
): message is Extract<Message, { kind: 'approve' | 'reject' | 'withdraw' | 'break_glass' }> {
  return ['approve', 'reject', 'withdraw', 'break_glass'].includes(message.kind);
}
