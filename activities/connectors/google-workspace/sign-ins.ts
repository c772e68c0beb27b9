/** The sign-in log of one account, from the Reports interface. */
import { z } from 'zod';
import type { Conversation, Got } from './conversation.ts';
import { refused } from './fault.ts';

const parameter = z.looseObject({ name: z.string().nullish(), boolValue: z.boolean().nullish() });
const event = z.looseObject({ name: z.string().nullish(), parameters: z.array(parameter).nullish() });
const activity = z.looseObject({ events: z.array(event).nullish() });
const page = z.looseObject({ items: z.array(activity).nullish(), nextPageToken: z.string().nullish() });
export type Activity = z.output<typeof activity>;

const RECENT_MS = 7 * 24 * 60 * 60_000;
/** The most the interface gives at once. */
const PAGE_SIZE = 1000;
const MOST_PAGES = 100;

/** Names under which Google reports a sign-in it does not trust. */
const SUSPICIOUS = new Set([
  'suspicious_login',
  'suspicious_login_less_secure_app',
  'suspicious_programmatic_login',
  'user_signed_out_due_to_suspicious_session_cookie',
  'account_disabled_hijacked',
  'account_disabled_password_leak',
  'gov_attack_warning',
]);

/** All entries of the last seven days, newest first. */
export async function readSignIns(google: Conversation, address: string): Promise<Got<readonly Activity[]>> {
  const startTime = new Date(Date.now() - RECENT_MS).toISOString();
  const all: Activity[] = [];
  const seen = new Set<string>();
  let pageToken: string | undefined;
  do {
    const got = await google.read('admin', page, ({ reports }) =>
      reports.activities.list({
        userKey: address,
        applicationName: 'login',
        startTime,
        maxResults: PAGE_SIZE,
        ...(pageToken === undefined ? {} : { pageToken }),
      }),
    );
    if (got.kind !== 'got') return got;
    all.push(...(got.value.items ?? []));
    pageToken = got.value.nextPageToken ?? undefined;
    if (pageToken !== undefined && (seen.has(pageToken) || seen.size >= MOST_PAGES))
      return refused(
        'endless_pages',
        `google’s sign-in log of ${address} does not end after ${seen.size} pages`,
      );
    if (pageToken !== undefined) seen.add(pageToken);
  } while (pageToken !== undefined);
  return { kind: 'got', value: all };
}

export function isSignIn(entry: Activity): boolean {
  return (entry.events ?? []).some(({ name }) => name === 'login_success');
}

export function isSuspicious(entry: Activity): boolean {
  return (entry.events ?? []).some(
    ({ name, parameters }) =>
      SUSPICIOUS.has(name ?? '') ||
      (parameters ?? []).some((each) => each.name === 'is_suspicious' && each.boolValue === true),
  );
}
