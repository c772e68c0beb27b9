/** Puts a person's name to a statement. */
import { sign } from 'node:crypto';
import { statementBytes, type Statement } from '../../activities/approvals/statement.ts';
import type { Proof } from '../../workflows/ports.ts';
import type { ApproverKey } from './key-file.ts';

export function signStatement({ id, privateKey }: ApproverKey, statement: Statement): Proof {
  const signature = sign(null, statementBytes(statement), privateKey).toString('base64url');
  return { kind: 'signature', key: id, signature };
}
