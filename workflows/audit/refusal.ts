/** Why something that came from outside is not believed. A closed list; the reason is for people. */

export type RefusalCode =
  /** Larger than anything of its kind may be. */
  | 'too_big'
  /** Not the exact form that its format prescribes. */
  | 'malformed'
  /** A key of a kind that is not understood here. */
  | 'unsupported_key'
  /** A word at the start of a line that is none of the format's. */
  | 'unknown_line'
  /** Two lines give one key or one name two meanings. */
  | 'duplicate'
  /** No key that is trusted for this log has signed. */
  | 'unknown_key'
  /** A trusted key's signature is not over these bytes. */
  | 'bad_signature'
  /** A good signature, by a key that was not, or no longer, in force at that size. */
  | 'outside_window'
  /** Fewer witnesses than the quorum asks for. */
  | 'quorum_not_met'
  /** The hashes do not lead from the one to the other. */
  | 'bad_proof';

export interface Refused {
  readonly kind: 'refused';
  readonly code: RefusalCode;
  readonly reason: string;
  /** In files of lines, counted from 1. */
  readonly line?: number;
}

export function refused(code: RefusalCode, reason: string, line?: number): Refused {
  return line === undefined ? { kind: 'refused', code, reason } : { kind: 'refused', code, reason, line };
}
