/** How a group comes to its commit: in one flight where that can be foreseen, otherwise with a look at what is there. */
import type { ClientBase } from 'pg';
import { createOutlook } from '../outlook.ts';
import type { Changes, Foresight, Proposal, Tables } from '../tables.ts';
import type { Connections } from './connect.ts';
import { fly } from './flight.ts';
import { foreseenInserts } from './log-writes.ts';
import type { Statements } from './prepared.ts';
import { transact } from './transaction.ts';

/** `begin` opens a transaction. */
export function createCommits(
  connections: Connections,
  begin: string,
  statements: Statements,
): Tables['commit'] {
  const outlook = createOutlook();

  /** Null where nothing was stored. */
  const send = async <Conclusion extends Changes>(
    client: ClientBase,
    foresee: Foresight<Conclusion>,
    sent: (foreseen: Conclusion) => void,
  ): Promise<Conclusion | null> => {
    const before = outlook.head();
    const foreseen = before === null ? null : foresee(before);
    if (before === null || foreseen === null) return null;
    const flight = fly(client, begin, foreseenInserts(foreseen, before), statements);
    outlook.follows(foreseen.head);
    sent(foreseen);
    try {
      const landing = await flight;
      if (landing === 'stored') return foreseen;
    } catch (error) {
      outlook.isLost();
      throw error;
    }
    outlook.isWrong();
    return null;
  };

  const look = async <Conclusion extends Changes>(
    client: ClientBase,
    proposal: Proposal<Conclusion>,
  ): Promise<Conclusion> => {
    try {
      const { head, found, conclusion } = await transact(client, { begin, statements, proposal });
      outlook.isFound(head, found.entries.length);
      if (conclusion.head !== null) outlook.follows(conclusion.head);
      return conclusion;
    } catch (error) {
      outlook.isLost();
      throw error;
    }
  };

  /** Where the connection did not know a statement, the transaction ended with that and stored nothing: `again` is safe. */
  const unlessUnknown = <T>(work: Promise<T>, again: () => T | Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      if (!statements.refusedBy(error)) throw error;
      return again();
    });

  return async (proposal, sent = () => {}) => {
    const { foresight } = proposal;
    if (outlook.head() !== null && foresight !== null) {
      const flight = connections.follow((client) => send(client, foresight, sent));
      const flown = await unlessUnknown(flight, () => null);
      if (flown !== null) return flown;
    }
    const attempt = () => connections.commit((client) => look(client, proposal));
    return unlessUnknown(attempt(), attempt);
  };
}
