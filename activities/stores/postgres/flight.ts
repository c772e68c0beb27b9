/** A foreseen commit in one flight: all of it is sent before anything is answered. Rules Q1 to Q5 in `tables.ts` hold here. */
import type { ClientBase, QueryResult } from 'pg';
import { codeOf, translated } from './failure.ts';
import type { Statements } from './prepared.ts';
import { MARK, type Statement } from './log-writes.ts';

/** `moved`: the head was another; `twice`: something was there already. Then nothing was stored. */
export type Landing = 'stored' | 'moved' | 'twice';

/** SQLSTATE of a key that is there: of an event that was recorded before, or of a run that somebody else went on with. */
const UNIQUE = '23505';

/** The first of `writes` MUST be the one that tells by its number of rows whether the head was the foreseen one. */
export function fly(
  client: ClientBase,
  begin: string,
  writes: readonly Statement[],
  { query }: Statements,
): Promise<Landing> {
  // All is handed to the driver here: whoever comes next on this connection comes after the COMMIT.
  const answers = [
    client.query(`${begin}; ${MARK}`),
    ...writes.map(({ text, values }) => query(client, text, values)),
    client.query('COMMIT'),
  ];
  return translated('writing to the store', async () => landing(await Promise.allSettled(answers)));
}

/** Throws what the server or the connection had to say. */
function landing(answers: readonly PromiseSettledResult<QueryResult>[]): Landing {
  const [, entries] = answers;
  const commit = answers.at(-1);
  const failure = answers.find((answer) => answer.status === 'rejected');
  if (commit?.status !== 'fulfilled') throw commit?.reason;
  const isCommitted = commit.value.command === 'COMMIT';
  if (failure !== undefined) {
    if (!isCommitted && codeOf(failure.reason) === UNIQUE) return 'twice';
    throw failure.reason;
  }
  if (!isCommitted || entries?.status !== 'fulfilled') throw new Error('the server rolled a commit back');
  return entries.value.rowCount === 0 ? 'moved' : 'stored';
}
