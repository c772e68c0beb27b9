/** ListFilters and DeleteFilter: the mailbox's filters, which look like an intruder’s, and their removal. */
import type { DeleteFilter, ListFilters } from '../../catalogue/email.ts';
import type { InputOf, OutputOf } from '../../catalogue/task-type.ts';
import { EvidenceError, type EvidenceStore } from '../../evidence/store.ts';
import type { CallContext, Performance } from '../connector.ts';
import { firstFound } from '../found.ts';
import { notConfirmed } from '../setting.ts';
import type { Workspace } from './config.ts';
import { converse, type Conversation, type Got } from './conversation.ts';
import { readFilters } from './filter-list.ts';
import { undoDeletion } from './filters-back.ts';
import { afterChanges, type Failure } from './fault.ts';
import { MAIL_SETTINGS } from './scopes.ts';
import { suspicions, type MailFilter } from './suspicion.ts';

const SCOPES = [MAIL_SETTINGS];
export function listFilters(
  config: Workspace,
): Performance<InputOf<typeof ListFilters>, OutputOf<typeof ListFilters>> {
  return {
    reversibility: 'none',
    repeat: 'natural',
    timeoutMs: 30_000,
    scopes: SCOPES,
    async perform({ user_email }, call) {
      const google = await converse(config, call, { account: user_email, scopes: SCOPES });
      if (google.kind !== 'got') return google;
      const filters = await readFilters(google.value, user_email);
      if (filters.kind !== 'got') return filters;
      const suspicious = filters.value
        .map((filter) => ({ id: filter.id, reasons: suspicions(filter, config, user_email) }))
        .filter(({ reasons }) => reasons.length > 0);
      return {
        kind: 'done',
        output: {
          user_id: user_email,
          count: filters.value.length,
          suspicious_ids: suspicious.map(({ id }) => id),
          suspicious,
        },
      };
    },
  };
}

/** Restorable with loss: a filter made again from what was saved has a new id. */
export function deleteFilter(
  config: Workspace,
  evidence: EvidenceStore,
): Performance<InputOf<typeof DeleteFilter>, OutputOf<typeof DeleteFilter>> {
  return {
    reversibility: 'B',
    repeat: 'natural',
    timeoutMs: 120_000,
    scopes: SCOPES,
    undo: undoDeletion(config, evidence),
    async perform({ user_email, filter_ids }, call) {
      const google = await converse(config, call, { account: user_email, scopes: SCOPES });
      if (google.kind !== 'got') return google;
      const present = await readFilters(google.value, user_email);
      if (present.kind !== 'got') return present;
      const wanted = new Set(filter_ids);
      const doomed = present.value.filter(({ id }) => wanted.has(id));
      const saved = await save(evidence, call, doomed);
      if (saved !== null && typeof saved !== 'string') return saved;
      const first = await firstFound(call, { saved });
      if (first.kind !== 'got') return first;
      const removed = await remove(google.value, user_email, doomed);
      if (removed.kind !== 'got') return removed;
      const already_gone = [...wanted].filter((id) => !removed.value.includes(id));
      const output = { removed: [...removed.value], already_gone, saved };
      // An earlier attempt of this call may have saved, and removed, more than is left now.
      const all = [...new Set([first.value.saved, saved])].filter((sha256) => sha256 !== null);
      return all.length === 0
        ? { kind: 'done', output }
        : { kind: 'done', output, undo: { account: user_email, saved: all } };
    },
  };
}

async function remove(
  google: Conversation,
  userId: string,
  doomed: readonly MailFilter[],
): Promise<Got<readonly string[]>> {
  const removed: string[] = [];
  for (const { id } of doomed) {
    const got = await google.remove('mailbox', ({ gmail }) =>
      gmail.users.settings.filters.delete({ userId, id }),
    );
    if (got.kind !== 'got')
      return removed.length === 0
        ? got
        : afterChanges(got, `${removed.length} of ${doomed.length} filters went`);
    if (got.value === 'removed') removed.push(id);
  }
  if (doomed.length === 0) return { kind: 'got', value: removed };
  const left = await readFilters(google, userId);
  if (left.kind !== 'got') return afterChanges(left, `${removed.length} filters went`);
  const gone = new Set(doomed.map(({ id }) => id));
  const stays = left.value.find(({ id }) => gone.has(id));
  if (stays !== undefined) return notConfirmed(`the filter ${stays.id}`, 'it is still listed');
  return { kind: 'got', value: removed };
}

/** Null: there is nothing to save. */
async function save(
  evidence: EvidenceStore,
  call: CallContext,
  filters: readonly MailFilter[],
): Promise<string | null | Failure> {
  if (filters.length === 0) return null;
  const bytes = Buffer.from(JSON.stringify(filters, null, 2));
  const { caseId, task } = call;
  const name = 'removed-filters.json';
  try {
    const { sha256 } = await evidence.put({ caseId, task, name, mediaType: 'application/json', bytes });
    return sha256;
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    const { code, message } = error;
    return { kind: 'try_again', because: 'unavailable', fault: { code, message } };
  }
}
