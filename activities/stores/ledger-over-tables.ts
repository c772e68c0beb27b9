/**
 * The rules of a ledger over any tables:
 *
 * L1 Facts are drafted, and so checked, before the commit begins; what cannot be recorded fails its caller only.
 * L2 All that a caller can get wrong happens before the first write of the commit.
 * L3 Claim, events and documents of one call are in one commit; its caller is answered afterwards.
 * L4 Calls of one commit are decided in the order they came, each seeing what those before it did.
 */
import { NotCanonicalError } from '../../workflows/audit/canonical.ts';
import { draftEntry, type Draft } from '../../workflows/audit/entry.ts';
import { actEvent, type NewEvent, type Receipt, type StoredEntry } from './audit.ts';
import { decideBegin, decideFinish, decideSettle, type Decision } from './claim-rules.ts';
import type { Alongside, ClaimRecord, Recorded } from './claims.ts';
import { drawSalt, nodeCodec, sha256Hex } from './codec.ts';
import { closedError, createCommitter } from './committer.ts';
import type { StoredDocument } from './documents.ts';
import { decideGroup, type Call, type Wishes } from './group.ts';
import { StoreError, type Ledger } from './ledger.ts';
import { createRunEnds } from './run-ends.ts';
import type { Tables } from './tables.ts';
import type { KeptValue } from './values.ts';

/** Entries fetched at a time when reading: the event loop turns between pages. */
const PAGE = 500;
const NO_WISHES: Wishes = { claims: [], documents: [], drafts: [], erasures: [] };

/** What a call comes to. Its caller's own fault is a value, so that it spoils nobody else's work. */
type Share<Answer> =
  | { readonly kind: 'ok'; readonly answer: Answer; readonly wishes: Wishes }
  | { readonly kind: 'fault'; readonly error: unknown };

export function createLedger(tables: Tables, now: () => number): Ledger {
  const submit = createSubmit(tables, now);
  let closed = false;
  const open = (): Tables => {
    if (closed) throw closedError();
    return tables;
  };

  const append = async (events: readonly NewEvent[], documents: readonly StoredDocument[] = []) => {
    const drafts = events.map(draft);
    if (drafts.length === 0 && documents.length === 0) return [];
    const wishes = { ...NO_WISHES, documents, drafts };
    const { receipts } = await submit.call([], drafts, () => ({ kind: 'ok', answer: null, wishes }));
    return receipts;
  };

  const decide = async <Answer>(
    key: string,
    rule: (found: ClaimRecord | null) => Decision<Answer>,
    { events = [], record = () => [] }: Alongside<Answer>,
  ): Promise<Recorded<Answer>> => {
    const always = events.map(draft);
    return submit.call([key], always, (claim) => {
      const { answer, next } = rule(claim(key));
      try {
        const drafts = [...always, ...record(answer).map(draft)];
        return { kind: 'ok', answer, wishes: { ...NO_WISHES, claims: next === null ? [] : [next], drafts } };
      } catch (error) {
        return { kind: 'fault', error };
      }
    });
  };

  return {
    checkpoints: tables.checkpoints,
    append: (events) => append(events),
    async head() {
      const { log, size, leaf } = await open().head();
      return { log, size, leaf };
    },
    read: (from, to) => inPages(from, to, (at, limit) => open().entries(at, limit)),
    byRun: (chain) => inPages(0, Infinity, (at, limit) => open().entriesOfRun(chain, at, limit)),
    async lookup(key) {
      const found = await open().claim(key);
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
      return append(events, [document]);
    },
    async get(kind, digest) {
      const text = await open().document(kind, digest);
      if (text === null || sha256Hex(text) === digest) return text;
      throw new StoreError(
        'store_untrusted',
        `the ${kind} stored under ${digest} is not the one that was put there; run "cordon audit verify"`,
      );
    },
    values: (from, to) => valuesInPages(from, to, (at, limit) => open().values(at, limit)),
    async erase(erasures) {
      const drafts = erasures.map(({ act }) => draft(actEvent(act)));
      if (drafts.length === 0) return [];
      const { receipts } = await submit.call([], drafts, () => ({
        kind: 'ok',
        answer: null,
        wishes: { ...NO_WISHES, drafts, erasures },
      }));
      return receipts;
    },
    async close() {
      if (closed) return;
      closed = true;
      await submit.close();
      await tables.close();
    },
  };
}

/** Takes calls in groups, each group in one commit, and answers after it. */
function createSubmit(tables: Tables, now: () => number) {
  const runEnds = createRunEnds();
  const committer = createCommitter<Call>(async (calls) => {
    // No generator is written here: making a new generator function for each commit costs more than running one.
    const { keep } = await tables.commit((head) => decideGroup(calls, head, runEnds, now()));
    keep();
  });
  const call = async <Answer>(
    keys: readonly string[],
    drafts: readonly Draft[],
    decide: (...args: Parameters<Call['decide']>) => Share<Answer>,
  ): Promise<Recorded<Answer>> => {
    const outcome: { share: Share<Answer> | null; receipts: readonly Receipt[] } = {
      share: null,
      receipts: [],
    };
    await committer.submit({
      keys,
      drafts,
      decide(claim) {
        const share = decide(claim);
        outcome.share = share;
        return share.kind === 'ok' ? share.wishes : NO_WISHES;
      },
      placed: (receipts) => (outcome.receipts = receipts),
    });
    if (outcome.share?.kind === 'ok') return { answer: outcome.share.answer, receipts: outcome.receipts };
    throw outcome.share?.error ?? new Error('a commit ended without deciding a call');
  };
  return { call, close: committer.close };
}

function draft(event: NewEvent): Draft {
  try {
    const drafted = draftEntry(event, nodeCodec, drawSalt);
    const { renames, mayVary = false } = event;
    return { ...drafted, mayVary, ...(renames === undefined ? {} : { renames }) };
  } catch (error) {
    if (!(error instanceof NotCanonicalError) && !(error instanceof RangeError)) throw error;
    const { event: name, coordinate } = event.fact;
    throw new StoreError(
      'store_refused',
      `the fact ${name} at ${coordinate} cannot be recorded: ${error.message}`,
      { cause: error },
    );
  }
}

async function* valuesInPages(
  from: number,
  to: number,
  page: (at: number, limit: number) => Promise<readonly KeptValue[]>,
): AsyncGenerator<KeptValue, void, undefined> {
  for (let at = from; at < to;) {
    const rows = await page(at, PAGE);
    yield* rows.filter(({ index }) => index < to);
    const last = rows.at(-1);
    if (last === undefined) return;
    at = last.index + 1;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function* inPages(
  from: number,
  to: number,
  page: (at: number, limit: number) => Promise<readonly StoredEntry[]>,
): AsyncGenerator<StoredEntry, void, undefined> {
  for (let at = from; at < to;) {
    const rows = await page(at, Math.min(PAGE, to - at));
    yield* rows;
    if (rows.length === 0) return;
    at += rows.length;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
