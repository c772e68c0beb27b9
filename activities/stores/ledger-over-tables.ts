/**
 * The rules of a ledger over any tables:
 *
 * L1 Facts are drafted, and so checked, before the commit begins; what cannot be recorded fails its caller only.
 * L2 All that a caller can get wrong happens before the first write of the commit.
 * L3 Claim, events and documents of one call are in one commit; its caller is answered afterwards.
 * L4 Calls of one commit are decided in the order they came, each seeing what those before it did.
 */
import type { NewEvent } from './audit.ts';
import { decideBeginWithin, decideFinish, decideSettle, takenBack, type Decision } from './claim-rules.ts';
import type { Alongside, ClaimRecord, FinishRequest, Owner, Recorded, SettleRequest } from './claims.ts';
import { sha256Hex } from './codec.ts';
import { closedError } from './committer.ts';
import type { StoredDocument } from './documents.ts';
import { draft } from './drafting.ts';
import { StoreError, type Ledger } from './ledger.ts';
import { inPages, runInPages, valuesInPages } from './pages.ts';
import { decideReserve, needsOf } from './reservation-rules.ts';
import type { CounterNeed } from './reservations.ts';
import { refuseUnstorable } from './storable.ts';
import { erasePapers, eraseValues } from './erasing.ts';
import { NO_WISHES } from './group.ts';
import { createSubmit } from './submit.ts';
import type { Tables } from './tables.ts';
import type { Tally } from './tally.ts';

export function createLedger(tables: Tables, now: () => number): Ledger {
  const submit = createSubmit(tables, now);
  let closed = false;
  const open = (): Tables => {
    if (closed) throw closedError();
    return tables;
  };

  const forget = (): Promise<void> => open().forget();

  const append = async (events: readonly NewEvent[], documents: readonly StoredDocument[] = []) => {
    const drafts = events.map(draft);
    if (documents.length === 0) return drafts.length === 0 ? [] : await submit.record(drafts);
    const wishes = { ...NO_WISHES, documents, drafts };
    const { receipts } = await submit.call([], drafts, [], () => ({ kind: 'ok', answer: null, wishes }));
    return receipts;
  };

  const decide = async <Answer>(
    { key, owner = null, takesBack = null }: Asked,
    rule: (found: ClaimRecord | null, reserved: Tally['rowsOf']) => Decision<Answer>,
    { events = [], record = () => [], documents = [] }: Alongside<Answer>,
    counters: readonly CounterNeed[] = [],
  ): Promise<Recorded<Answer>> => {
    for (const document of documents) refuseForged(document);
    refuseUnstorable('a claim', [
      key,
      ...(takesBack === null ? [] : [takesBack.key]),
      ...(owner === null ? [] : [owner.chain, owner.workflowId, owner.task]),
    ]);
    const always = events.map(draft);
    const keys = takesBack === null ? [key] : [key, takesBack.key];
    return submit.call(keys, always, counters, (claim, reserved) => {
      const { answer, next, reservations = [], returned = null } = rule(claim(key), reserved);
      const freed =
        takesBack === null || next?.state !== 'done'
          ? null
          : takenBack(claim(takesBack.key), takesBack, next.owner, next.updatedAt);
      try {
        const drafts = [...always, ...record(answer).map(draft)];
        return {
          kind: 'ok',
          answer,
          wishes: {
            ...NO_WISHES,
            claims: [next, freed].flatMap((one) => one ?? []),
            drafts,
            documents,
            reservations,
            returned,
          },
        };
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
    byRun: (chain) =>
      runInPages(
        (before, limit) => open().placesOfRun(chain, before, limit),
        (places) => open().entriesAt(places),
      ),
    async lookup(key) {
      refuseUnstorable('a key', [key]);
      const found = await open().claim(key);
      return found?.state === 'free' ? null : found;
    },
    async claimsOf(chain) {
      refuseUnstorable('the name of a run', [chain]);
      return open().claimsOf(chain);
    },
    async exceeded(reserve, owner, now) {
      const counters = needsOf(reserve, owner, now);
      const { answer } = await submit.call([], [], counters, (_claim, reserved) => {
        const decided = decideReserve(reserve, owner, now, reserved);
        return { kind: 'ok', answer: decided, wishes: NO_WISHES };
      });
      if (answer.kind === 'reserved') return null;
      const { limit, taken, asked } = answer;
      return { limit, taken, asked };
    },
    begin: (request, alongside = {}) =>
      decide(
        request,
        (found, reserved) => decideBeginWithin(found, request, reserved),
        alongside,
        request.reserve ? needsOf(request.reserve, request.owner, request.now) : [],
      ),
    finish: (request, alongside = {}) => decide(request, (found) => decideFinish(found, request), alongside),
    settle: (request, alongside = {}) => decide(request, (found) => decideSettle(found, request), alongside),
    async put(document, events = []) {
      refuseForged(document);
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
    erase: (erasures) => eraseValues({ submit, forget }, erasures),
    erasePapers: (erasures) => erasePapers({ submit, forget }, erasures),
    async close() {
      if (closed) return;
      closed = true;
      await submit.close();
      await tables.close();
    },
  };
}

interface Asked {
  readonly key: string;
  readonly owner?: Owner | null;
  readonly takesBack?: (FinishRequest | SettleRequest)['takesBack'] | null;
}

function refuseForged(document: StoredDocument): void {
  if (sha256Hex(document.text) !== document.digest)
    throw new StoreError(
      'store_refused',
      `a ${document.kind} was handed over under a digest that is not its own`,
    );
  refuseUnstorable(`a ${document.kind}`, [document.text]);
}
