/**
 * What exactly a person puts their name to. Five lines: which kind of statement this is, what they decide, the
 * SHA-256 of what it is about, who they are, and why. The reason comes last because it alone may hold line feeds.
 * Ed25519 signs these bytes; an ID token carries a nonce made of the same.
 */
import { canonical } from '../../workflows/audit/canonical.ts';
import type { Message, RunRef } from '../../workflows/ports.ts';
import { sha256 } from '../keys.ts';
import type { Subject } from './attestation.ts';

/** Keeps a signature made here from meaning anything elsewhere, and one made elsewhere from meaning anything here. */
export const DOMAIN = 'cordon statement 1';

export interface Statement {
  readonly decision: Message['kind'];
  /** SHA-256 of the subject, lower-case hex. */
  readonly subject: string;
  readonly by: string;
  readonly reason: string;
}

/** The bytes to sign. `by` and `reason` as the message carries them, without space around them. */
export function statementBytes({ decision, subject, by, reason }: Statement): Uint8Array {
  return Buffer.from([DOMAIN, decision, subject, by.trim(), reason.trim()].join('\n'), 'utf8');
}

/**
 * The nonce an ID token must carry. For an approval it is the card's digest itself, which any sign-in can be given
 * by hand. Any other decision hashes in what it decides, so that a token got for a refusal never approves.
 */
export function nonceFor(decision: Message['kind'], subject: string): string {
  return decision === 'approve' ? subject : sha256([DOMAIN, decision, subject].join('\n'));
}

/** `card` is the stored text where the word is a vote on one; null for words that need none. */
export function subjectOf(
  message: Message,
  run: Pick<RunRef, 'workflowId' | 'chain'>,
  card: string | null,
): Subject {
  switch (message.kind) {
    case 'approve':
    case 'reject':
    case 'withdraw':
      return { digest: message.digest, text: card ?? '' };
    case 'review':
      return { digest: message.digest, text: '' };
    case 'break_glass': {
      const { digest, ticket, scope, minutes } = message;
      return about({ what: 'break_glass', card: digest, ticket, scope, minutes });
    }
    case 'confirm':
      return about({ what: 'confirm', task: message.task, run: run.workflowId, chain: run.chain });
    case 'resolve':
      return about({
        what: 'resolve',
        task: message.task,
        run: run.workflowId,
        chain: run.chain,
        result: message.result,
        output: message.output,
      });
    default:
      return message satisfies never;
  }
}

function about(what: Parameters<typeof canonical>[0]): Subject {
  const text = canonical(what);
  return { digest: sha256(text), text };
}

/** A person's id has no line feed, so the lines cannot be read in two ways. */
export function isUnambiguous(by: string): boolean {
  return !/[\r\n]/.test(by);
}
