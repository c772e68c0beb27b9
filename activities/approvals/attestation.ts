/**
 * The contract of whoever says which person a word is from. One attestor speaks for one kind of proof, and so for
 * one level of assurance. It says who, never whether they may: that is decided behind it, the same for all.
 */
import type { Message, Proof, RunRef } from '../../workflows/ports.ts';
import type { Assurance } from '../../workflows/walk/outcome.ts';

/** A word in somebody's hand, with the bytes it is about. */
export interface Word {
  readonly message: Message;
  /** `message.proof`, or `none` where the word brings nothing. */
  readonly proof: Proof;
  readonly subject: Subject;
  readonly run: RunRef;
  /**
   * Workflow time, milliseconds since 1970: the server's clock. MUST be what validity is measured by; the clock of
   * a worker may be wrong, and hours may lie between a signal and the worker that reads it.
   */
  readonly at: number;
}

/** What a word is about. `text` is the stored card, or what `statement.ts` makes of a word that needs no card. */
export interface Subject {
  /** SHA-256 of `text`, lower-case hex. */
  readonly digest: string;
  readonly text: string;
}

export type Attestation =
  | {
      readonly kind: 'person';
      /** The person's id in the roster; what the word calls them, where there is no roster. */
      readonly person: string;
      readonly assurance: Assurance;
      /** SHA-256 of what proved it: the signature, the token, the event. Kept with the vote. */
      readonly evidence: string;
    }
  /** The proof proves nobody, or somebody else. It will not get better by asking again. */
  | { readonly kind: 'refused'; readonly code: string; readonly reason: string }
  /** Nobody can say now. The question MUST be asked again later, and nothing may be assumed meanwhile. */
  | { readonly kind: 'unavailable'; readonly reason: string };

export interface Attestor {
  readonly proof: Proof['kind'];
  /** The level of a person found this way. */
  readonly assurance: Assurance;
  /**
   * MUST NOT throw for anything a sender wrote, and MUST bind what it finds to `subject.digest` and to what the
   * word decides: proof of one word is never proof of another. MUST find the person through the roster, never
   * through `message.by`. Reasons are shown to the sender and kept; they MUST hold nothing secret.
   */
  attest(word: Word): Promise<Attestation>;
}
