/** The way to the identity provider and back. */
import { ERRAND, plain, SESSION, type Desk } from './desk.ts';
import { html, page } from './html.ts';
import { cookie, type Answer, type Asked } from './request.ts';
import { token, type SignedIn } from './sessions.ts';

export async function beginLogin(desk: Desk, wanted: string): Promise<Answer> {
  const next = pathWithin(wanted, desk.base);
  const { to, errand } = await desk.login.begin(next);
  const id = desk.errands.put(errand);
  // Lax, because the identity provider sends people back by a link of its own.
  return { status: 303, to, cookies: [cookie(ERRAND, id, 'Lax', desk.base, '/callback')] };
}

/** Never a way to another site, however it is spelt. */
function pathWithin(wanted: string, base: URL): string {
  const target = URL.parse(wanted, base.href);
  if (target === null || target.origin !== base.origin || target.pathname.startsWith('//')) return '/';
  return target.pathname + target.search;
}

export async function endLogin(desk: Desk, { url, cookies }: Asked): Promise<Answer> {
  const errand = desk.errands.take(cookies.get(ERRAND));
  if (errand === null) return plain(400, 'This sign-in was not begun here, or took too long. Begin again.');
  let person: SignedIn;
  try {
    person = await desk.login.end(url, errand);
  } catch (error) {
    desk.log(`gateway: a sign-in failed (${error instanceof Error ? error.name : 'unknown'})`);
    return plain(403, 'The identity provider did not confirm who you are.');
  }
  const id = desk.sessions.put({ csrf: token(), person });
  const body = html`<p>You are signed in. <a href="${errand.next}">Go on</a></p>`;
  // A page, not a redirect: a strict cookie does not travel on a way that began at another site.
  return {
    status: 200,
    page: page('Signed in', body, errand.next),
    cookies: [cookie(SESSION, id, 'Strict', desk.base), cookie(ERRAND, '', 'Lax', desk.base, '/callback')],
  };
}
