/** Ties a word to the person who says it: a key signs it, or a sign-in is handed along. */
import { readFileSync } from 'node:fs';
import { nonceFor, statementBytes, subjectOf, type Statement } from '../../activities/approvals/statement.ts';
import type { JsonObject } from '../../workflows/language/json.ts';
import type { Message, Proof } from '../../workflows/ports.ts';
import { signStatement } from '../keys/sign.ts';
import { unlockKey } from '../keys/unlock.ts';
import type { Word } from './send.ts';

export interface ProofOptions {
  /** Private key file. */
  readonly key?: string;
  /** File with an ID token; `-` reads standard input. */
  readonly idToken?: string;
}

export type Proved =
  | { readonly kind: 'word'; readonly word: Word }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

interface Run {
  readonly workflowId: string;
  readonly chain: string;
}

/** Without either option the word stays a mere name. */
export async function proveWord(word: Word, run: Run, options: ProofOptions): Promise<Proved> {
  if (options.key !== undefined && options.idToken !== undefined)
    return problem('--key and --id-token: one proof is enough; give one of them');
  if (options.key !== undefined) {
    const opened = await unlockKey(options.key);
    if (opened.kind === 'locked') return problem(`${options.key} is encrypted, and no passphrase was given`);
    if (opened.kind === 'problem') return problem(opened.problem);
    return proved(word, signStatement(opened.key, statementOf(word, run)));
  }
  if (options.idToken === undefined) return { kind: 'word', word };
  try {
    const token = readFileSync(options.idToken === '-' ? 0 : options.idToken, 'utf8').trim();
    return proved(word, { kind: 'id_token', token });
  } catch {
    return problem(`--id-token: ${options.idToken} cannot be read`);
  }
}

/** What a person who signs elsewhere needs: the exact bytes, and the nonce for a sign-in. */
export function toSign(word: Word, run: Run): JsonObject {
  const statement = statementOf(word, run);
  return {
    statement: Buffer.from(statementBytes(statement)).toString('utf8'),
    nonce: nonceFor(statement.decision, statement.subject),
  };
}

function statementOf({ kind, input }: Word, run: Run): Statement {
  const output = kind === 'resolve' ? { output: input.output ?? {} } : {};
  const message = { kind, ...input, ...output } as Message;
  const { digest } = subjectOf(message, run, null);
  return { decision: kind, subject: digest, by: input.by, reason: input.reason };
}

function proved(word: Word, proof: Proof): Proved {
  return { kind: 'word', word: { ...word, input: { ...word.input, proof } } as Word };
}

function problem(line: string): Proved {
  return { kind: 'problems', problems: [line] };
}
