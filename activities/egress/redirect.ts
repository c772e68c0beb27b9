/** Where a redirect leads, if it may be followed at all. */

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * Null: the answer is no redirect, or the request asked for a change, so that it stands as it is. Headers may
 * hold credentials under any name, so nothing follows to another origin: not even from http to https.
 */
export function nextHop(
  method: string,
  from: URL,
  answer: { readonly status: number; readonly headers: Headers },
): { readonly to: string } | 'refused' | null {
  if (!REDIRECTS.has(answer.status) || (method !== 'GET' && method !== 'HEAD')) return null;
  const location = answer.headers.get('location');
  if (location === null) return null;
  const next = URL.parse(location, from.href);
  if (next === null || next.origin !== from.origin || next.username !== '' || next.password !== '')
    return 'refused';
  return next.href === from.href ? 'refused' : { to: next.href };
}
