/** Tables that last as long as the process: for rehearsals and trials. Nothing in them is durable. */
import { GENESIS } from '../../../workflows/audit/entry.ts';
import type { ClaimRecord } from '../claims.ts';
import { isSame } from '../reservation-rules.ts';
import type { ReservationRow } from '../reservations.ts';
import type { KeptValue } from '../values.ts';
import {
  concludeAtOnce,
  wholeEntries,
  type EntryRow,
  type Found,
  type HeadRow,
  type Needs,
  type Tables,
} from '../tables.ts';
import { createMemoryCheckpoints } from './checkpoints.ts';

export function createMemoryTables(log: string): Tables {
  const entries: EntryRow[] = [];
  const byId = new Map<string, EntryRow>();
  const byRun = new Map<string, EntryRow[]>();
  const claims = new Map<string, ClaimRecord>();
  const documents = new Map<string, string>();
  const values: KeptValue[] = [];
  let reservations: readonly ReservationRow[] = [];
  let head: HeadRow = { log, size: 0, leaf: GENESIS, at: 0 };

  const endOf = (run: string) => byRun.get(run)?.at(-1);
  const add = (row: EntryRow) => {
    if (row.index !== entries.length || byId.has(row.id))
      throw new Error(`entry ${row.index} does not follow entry ${entries.length - 1}`);
    entries.push(row);
    byId.set(row.id, row);
    const run = byRun.get(row.run);
    if (run === undefined) byRun.set(row.run, [row]);
    else run.push(row);
  };

  return {
    // One thread, and nothing is written before all is decided: there is nothing to roll back.
    async commit(proposal) {
      const answer = (needs: Needs): Found => ({
        claims: needs.claims.flatMap((key) => claims.get(key) ?? []),
        entries: needs.entries.flatMap((id) => byId.get(id) ?? []),
        ends: needs.runs.flatMap((run) => endOf(run) ?? []),
        tail: needs.tailFrom === null ? [] : entries.slice(needs.tailFrom, needs.tailFrom + 2),
        values: values.filter(({ index }) => needs.values.includes(index)),
        reservations: reservations.filter(({ counter }) =>
          needs.counters.some((need) => need.counter === counter),
        ),
      });
      const ahead = proposal.questions();
      const changes = concludeAtOnce(proposal.deliberate({ head, ahead, found: answer(ahead) }), answer);
      for (const row of changes.entries) add(row);
      head = changes.head ?? head;
      for (const claim of changes.claims) claims.set(claim.key, claim);
      for (const { kind, digest, text } of changes.documents) documents.set(`${kind}/${digest}`, text);
      reservations = reservations.filter((row) => !changes.returned.some((owner) => isSame(row, owner)));
      reservations = [...reservations, ...changes.reservations];
      values.push(...changes.values);
      for (const { kind, digest } of changes.papers)
        if (kind !== 'saved' || ![...claims.values()].some(({ effect }) => effect?.saved === digest))
          documents.delete(`${kind}/${digest}`);
      for (const { index, path } of changes.erasures) {
        const at = values.findIndex((value) => value.index === index && value.path === path);
        if (at >= 0) values[at] = { index, path, value: null };
      }
      return changes;
    },
    head: async () => head,
    entries: async (from, limit) => entries.slice(from, from + limit),
    async placesOfRun(run, before, limit) {
      const places = (byRun.get(run) ?? []).map(({ index }) => index);
      const earlier = before === null ? places : places.filter((index) => index < before);
      return earlier.toReversed().slice(0, limit);
    },
    entriesAt: async (places) => places.flatMap((index) => entries[index] ?? []),
    claim: async (key) => claims.get(key) ?? null,
    claimsOf: async (chain) =>
      [...claims.values()]
        .filter(({ owner }) => owner.chain === chain)
        .sort((one, other) => one.updatedAt - other.updatedAt),
    document: async (kind, digest) => documents.get(`${kind}/${digest}`) ?? null,
    values: async (from, limit) =>
      wholeEntries(
        values.filter(({ index }) => index >= from),
        limit,
      ),
    checkpoints: createMemoryCheckpoints(),
    forget: async () => {},
    close: async () => {},
  };
}
