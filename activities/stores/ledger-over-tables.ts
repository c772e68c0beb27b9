/**
 * The rules of a ledger over any tables. One call is one job:
 *
 * L1 Facts are drafted, and so checked, before the commit begins; what cannot be recorded fails its caller only.
 * L2 Within the job, all that the caller can get wrong happens before the first write.
 * L3 Claim, events and documents of one call are in one commit; its caller is answered afterwards.
 */
import { NotCanonicalError } from '../../workflows/audit/canonical.ts';
import { draftEntry, type Draft } from '../../workflows/audit/entry.ts';
import type { NewEvent, Receipt, StoredEntry } from './audit.ts';
import { decideBegin, decideFinish, decideSettle, type Decision } from './claim-rules.ts';
import type { Alongside, ClaimRecord, Recorded } from './claims.ts';
import { nodeCodec, sha256Hex } from './codec.ts';
import { closedError, createCommitter, type Share } from './committer.ts';
import type { StoredDocument } from './documents.ts';
import { StoreError, type Ledger } from './ledger.ts';
import { createPlacement, type Placement, type RunMemory } from './placement.ts';
import type { Tables } from './tables.ts';

/** Entries fetched at a time when reading: the event loop turns between pages. */
const PAGE = 500;

export function createLedger(tables: Tables, now: () => number): Ledger {
  const memory: RunMemory = { head: null, ends: new Map() };
  const committer = createCommitter<Placement>((jobs) =>
    tables.transaction(() => {
      const placement = createPlacement(tables, memory, now());
      for (const job of jobs) job(placement);
      placement.finish();
    }),
  );

  let closed = false;
  const open = (): Tables => {
    if (closed) throw closedError();
    return tables;
  };

  const append = async (events: readonly NewEvent[], document?: StoredDocument) => {
    const drafts = events.map(draft);
    if (drafts.length === 0 && document === undefined) return [];
    return committer.submit((placement) => {
      if (document !== undefined) tables.addDocument(document);
      return ok(place(placement, drafts));
    });
  };

  const decide = async <Answer>(
    key: string,
    rule: (found: ClaimRecord | null) => Decision<Answer>,
    { events = [], record = () => [] }: Alongside<Answer>,
  ): Promise<Recorded<Answer>> => {
    const always = events.map(draft);
    return committer.submit((placement) => {
      const { answer, next } = rule(tables.claim(key));
      const following = attempt(() => record(answer).map(draft));
      if (following.kind === 'fault') return following;
      if (next !== null) tables.setClaim(next);
      return ok({ answer, receipts: place(placement, [...always, ...following.value]) });
    });
  };

  return {
    append: (events) => append(events),
    async head() {
      const { log, size, leaf } = open().head();
      return { log, size, leaf };
    },
    read: (from, to) => inPages(from, to, (at, limit) => open().entries(at, limit)),
    byRun: (chain) => inPages(0, Infinity, (at, limit) => open().entriesOfRun(chain, at, limit)),
    async lookup(key) {
      const found = open().claim(key);
      return found?.state === 'free' ? null : found;
    },
    begin: (request, alongside = {}) =>
      decide(request.key, (found) => decideBegin(found, request), alongside),
    finish: (request, alongside = {}) =>
      decide(request.key, (found) => decideFinish(found, request), alongside),
    settle: (request, alongside = {}) =>
      decide(request.key, (found) => decideSettle(found, request), alongside),
    async put(document, events = []) {
      if (sha256Hex(document.text) !== document.digest)
        throw new StoreError(
          'store_refused',
          `a ${document.kind} was handed over under a digest that is not its own`,
        );
      return append(events, document);
    },
    async get(kind, digest) {
      const text = open().document(kind, digest);
      if (text === null || sha256Hex(text) === digest) return text;
      throw new StoreError(
        'store_untrusted',
        `the ${kind} stored under ${digest} is not the one that was put there; run "cordon audit verify"`,
      );
    },
    async close() {
      if (closed) return;
      closed = true;
      committer.close();
      tables.close();
    },
  };
}

function draft(event: NewEvent): Draft {
  try {
    return draftEntry(event, nodeCodec);
  } catch (error) {
    if (!(error instanceof NotCanonicalError) && !(error instanceof RangeError)) throw error;
    const { event: name, coordinate } = event.fact;
    throw new StoreError(
      'store_refused',
      `the fact ${name} at ${coordinate} cannot be recorded: ${error.message}`,
      {
        cause: error,
      },
    );
  }
}

function place(placement: Placement, drafts: readonly Draft[]): Receipt[] {
  return drafts.map((each) => placement.place(each));
}

function ok<T>(value: T): { readonly kind: 'ok'; readonly value: T } {
  return { kind: 'ok', value };
}

function attempt<T>(work: () => T): Share<T> {
  try {
    return ok(work());
  } catch (error) {
    return { kind: 'fault', error };
  }
}

async function* inPages(
  from: number,
  to: number,
  page: (at: number, limit: number) => readonly StoredEntry[],
): AsyncGenerator<StoredEntry, void, undefined> {
  for (let at = from; at < to;) {
    const rows = page(at, Math.min(PAGE, to - at));
    yield* rows;
    if (rows.length === 0) return;
    at += rows.length;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
