/** Reports: the sign-in log, newest first, in pages. Shapes as in Google's client. */
import type { Json } from '../../workflows/language/json.ts';
import type { SignIn } from './accounts.ts';
import { errorReply } from './error-reply.ts';
import type { Route } from './route.ts';

const LARGEST_PAGE = 1000;

export const reportsRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/admin/reports/v1/activity/users/{user}/applications/login',
    scopes: ['https://www.googleapis.com/auth/admin.reports.audit.readonly'],
    side: 'admin',
    query: ['startTime', 'maxResults', 'pageToken'],
    answer({ account, query }) {
      const since = Date.parse(query.get('startTime') ?? '1970-01-01T00:00:00Z');
      const size = Number(query.get('maxResults') ?? LARGEST_PAGE);
      const from = Number(query.get('pageToken') ?? 0);
      if (Number.isNaN(since) || !(size >= 1 && size <= LARGEST_PAGE) || !Number.isInteger(from))
        return errorReply(400, 'Invalid value in query.', 'invalid');
      const entries = account.signIns.filter(({ at }) => at >= since).toSorted((a, b) => b.at - a.at);
      const items = entries.slice(from, from + size).map((signIn) => activity(account.email, signIn));
      const more = from + size < entries.length ? { nextPageToken: String(from + size) } : {};
      return { status: 200, body: { kind: 'admin#reports#activities', items, ...more } };
    },
  },
];

function activity(email: string, { at, ip, suspicious }: SignIn): Json {
  return {
    kind: 'admin#reports#activity',
    id: { time: new Date(at).toISOString(), uniqueQualifier: String(at), applicationName: 'login' },
    actor: { email },
    ipAddress: ip,
    events: [
      {
        type: 'login',
        name: 'login_success',
        parameters: [
          { name: 'login_type', value: 'google_password' },
          { name: 'is_suspicious', boolValue: suspicious },
        ],
      },
    ],
  };
}
