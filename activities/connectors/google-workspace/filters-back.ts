/** Filters made again from the evidence that was kept before they were removed. Each gets a new id. */
import { z } from 'zod';
import { canonical } from '../../../workflows/audit/canonical.ts';
import type { JsonObject } from '../../../workflows/language/json.ts';
import type { EvidenceStore } from '../../evidence/store.ts';
import type { Answer, Undo, Undone } from '../connector.ts';
import { savedItems } from '../saved-items.ts';
import { cannotUndo, NOTHING, notConfirmed } from '../setting.ts';
import type { Workspace } from './config.ts';
import { converse, type Conversation, type Got } from './conversation.ts';
import { afterChanges, refused } from './fault.ts';
import { readFilters } from './filter-list.ts';
import { FORWARDING_ADDRESSES } from './mail-guests.ts';
import { MAIL_SETTINGS } from './scopes.ts';
import { filterBody, type MailFilter } from './suspicion.ts';

type Body = Pick<MailFilter, 'criteria' | 'action'>;

/** What a filter says, whatever its id: the same text for the same filter. */
function wording({ criteria, action }: Body): string {
  return canonical(
    JSON.parse(JSON.stringify({ criteria: criteria ?? {}, action: action ?? {} })) as JsonObject,
  );
}

export function undoDeletion(config: Workspace, evidence: EvidenceStore): Undo {
  return {
    class: 'B',
    describe({ account, saved }) {
      if (typeof account !== 'string' || !Array.isArray(saved)) return NOTHING;
      return `The removed filters of ${account} are made again, with new ids; a forwarding one needs its address still confirmed.`;
    },
    async perform({ account, saved }, call): Promise<Answer<Undone>> {
      if (typeof account !== 'string') return cannotUndo(NOTHING);
      const kept = await savedItems(evidence, saved, z.array(filterBody));
      if (kept.kind !== 'got') return kept;
      const google = await converse(config, call, { account, scopes: [MAIL_SETTINGS] });
      if (google.kind !== 'got') return google;
      return makeAgain(google.value, account, kept.value);
    },
  };
}

async function makeAgain(
  google: Conversation,
  userId: string,
  filters: readonly MailFilter[],
): Promise<Answer<Undone>> {
  const missing = await missingOf(google, userId, filters);
  if (missing.kind !== 'got') return missing;
  const ready = await forwardsAreConfirmed(google, userId, missing.value);
  if (ready.kind !== 'got') return ready;
  for (const [at, { criteria, action }] of missing.value.entries()) {
    const requestBody = JSON.parse(JSON.stringify({ criteria, action })) as JsonObject;
    const got = await google.change('mailbox', filterBody, ({ gmail }) =>
      gmail.users.settings.filters.create({ userId, requestBody }),
    );
    if (got.kind !== 'got') return at === 0 ? got : afterChanges(got, `${at} filters were made again`);
  }
  const left = missing.value.length === 0 ? missing : await missingOf(google, userId, filters);
  if (left.kind !== 'got') return afterChanges(left, `${missing.value.length} filters were made again`);
  if (left.value.length > 0) return notConfirmed(`the filters of ${userId}`, 'not all are listed');
  const now = `${filters.length} filter(s) of ${userId} are there again, with new ids`;
  return { kind: 'done', output: { changed: missing.value.length > 0, now } };
}

async function missingOf(
  google: Conversation,
  userId: string,
  filters: readonly MailFilter[],
): Promise<Got<readonly MailFilter[]>> {
  const present = await readFilters(google, userId);
  if (present.kind !== 'got') return present;
  const there = new Set(present.value.map(wording));
  return { kind: 'got', value: filters.filter((filter) => !there.has(wording(filter))) };
}

const accepted = z
  .looseObject({
    forwardingAddresses: z
      .array(z.looseObject({ forwardingEmail: z.string(), verificationStatus: z.string().nullish() }))
      .nullish(),
  })
  .transform(({ forwardingAddresses }) =>
    (forwardingAddresses ?? [])
      .filter(({ verificationStatus }) => verificationStatus === 'accepted')
      .map(({ forwardingEmail }) => forwardingEmail.toLowerCase()),
  );

/** Asked before the first filter is made: half of them back is worse than none. */
async function forwardsAreConfirmed(
  google: Conversation,
  userId: string,
  filters: readonly MailFilter[],
): Promise<Got<null>> {
  const targets = filters.flatMap(({ action }) => (action?.forward ? [action.forward] : []));
  if (targets.length === 0) return { kind: 'got', value: null };
  const known = await google.read('mailbox', accepted, ({ gmail }) =>
    FORWARDING_ADDRESSES.ask(gmail.users.settings, userId),
  );
  if (known.kind !== 'got') return known;
  const open = targets.find((target) => !known.value.includes(target.toLowerCase()));
  if (open === undefined) return { kind: 'got', value: null };
  return refused(
    'forwarding_unconfirmed',
    `a filter forwards to ${open}, which is no confirmed forwarding address of ${userId} any more; have it confirmed, then undo again`,
  );
}
