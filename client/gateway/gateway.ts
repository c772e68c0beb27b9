/**
 * The approval gateway: people sign in, read the card, and decide by a form. It vouches for who they are; whether
 * their vote counts is decided where every other vote is weighed. A GET never decides anything.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { oneLine } from '../render/text.ts';
import { explain } from '../trouble.ts';
import { cardPage, cardPath, inboxPage } from './card-page.ts';
import { decide } from './decide.ts';
import { openDesk, plain, SESSION, type Desk, type GatewayInput } from './desk.ts';
import { html, page } from './html.ts';
import { answer, cookie, readRequest, type Answer, type Asked } from './request.ts';
import { isSame, type Session } from './sessions.ts';
import { beginLogin, endLogin } from './sign-in.ts';

export function createGateway(input: GatewayInput): Server {
  const desk = openDesk(input);
  const server = createServer({ requestTimeout: 15_000, headersTimeout: 10_000 }, (incoming, response) => {
    const work = async (): Promise<void> => {
      const asked = await readRequest(incoming, desk.base);
      answer(response, 'status' in asked ? asked : await respond(desk, asked), desk.base);
    };
    work().catch((error: unknown) => {
      const told = explain(error);
      desk.log(
        `gateway: ${oneLine(told ?? (error instanceof Error ? error.name : 'an unknown error'), 300)}`,
      );
      if (response.headersSent) response.destroy();
      else answer(response, plain(502, told ?? 'Something went wrong here; nothing was decided.'), desk.base);
    });
  });
  server.maxConnections = 200;
  return server;
}

/** Rejects where the address is taken. */
export async function listen(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}

function respond(desk: Desk, asked: Asked): Answer | Promise<Answer> {
  const { method, url } = asked;
  const route = `${method === 'HEAD' ? 'GET' : method} ${url.pathname}`;
  switch (route) {
    case 'GET /':
      return withSession(desk, asked, async (session) => ({
        status: 200,
        page: inboxPage(session, await desk.cards.open()),
      }));
    case 'GET /card':
      return withSession(desk, asked, (session) => showCard(desk, session, url));
    case 'GET /login':
      return beginLogin(desk, url.searchParams.get('next') ?? '/');
    case 'GET /callback':
      return endLogin(desk, asked);
    case 'POST /decide':
      return withForm(desk, asked, (session, form) => takeDecision(desk, session, form));
    case 'POST /logout':
      return withForm(desk, asked, (session) => {
        desk.sessions.take(session.id);
        return { ...plain(200, 'You are signed out.'), cookies: [cookie(SESSION, '', 'Strict', desk.base)] };
      });
    default:
      return elsewhere(url.pathname);
  }
}

const GET_ONLY = new Set(['/', '/card', '/login', '/callback']);
const POST_ONLY = new Set(['/decide', '/logout']);

function elsewhere(path: string): Answer {
  if (GET_ONLY.has(path)) return { ...plain(405, 'Only to be looked at.'), allow: 'GET, HEAD' };
  if (POST_ONLY.has(path)) return { ...plain(405, 'A link decides nothing.'), allow: 'POST' };
  return plain(404, 'There is no such page.');
}

function sessionOf(desk: Desk, { cookies }: Asked): Session | null {
  const id = cookies.get(SESSION);
  const found = desk.sessions.get(id);
  return found === null || id === undefined ? null : { ...found, id };
}

/** Whoever is not signed in is asked to, and brought back here. */
function withSession(
  desk: Desk,
  asked: Asked,
  work: (session: Session) => Promise<Answer>,
): Answer | Promise<Answer> {
  const session = sessionOf(desk, asked);
  if (session !== null) return work(session);
  const next = new URLSearchParams({ next: asked.url.pathname + asked.url.search });
  const body = html`<h1>Approvals</h1>
    <p><a href="/login?${next.toString()}">Sign in</a> to see what waits.</p>`;
  return { status: 200, page: page('Sign in', body) };
}

function withForm(
  desk: Desk,
  asked: Asked,
  work: (session: Session, form: URLSearchParams) => Answer | Promise<Answer>,
): Answer | Promise<Answer> {
  const session = sessionOf(desk, asked);
  if (asked.form === null || session === null || !isSame(asked.form.get('csrf') ?? '', session.csrf))
    return plain(
      403,
      'This did not come from a page of yours here, or you were signed in too long ago. Nothing was decided.',
    );
  return work(session, asked.form);
}

async function showCard(desk: Desk, session: Session, url: URL): Promise<Answer> {
  const { searchParams: query } = url;
  const open = await desk.cards.find(query.get('run') ?? '', query.get('task') ?? '');
  if (open === null) return plain(404, 'Nothing waits for approval there.');
  return { status: 200, page: cardPage(session, open, null) };
}

async function takeDecision(desk: Desk, session: Session, form: URLSearchParams): Promise<Answer> {
  const decided = await decide(form, session.person, desk.cards, desk);
  if (decided.kind === 'not_sent') {
    const { open, why } = decided;
    return open === null ? plain(409, why) : { status: 409, page: cardPage(session, open, why) };
  }
  const { open, decision } = decided;
  const { issuer, subject } = session.person;
  desk.log(
    `gateway: ${decision} of card ${open.card.digest.slice(0, 12)} sent for ${oneLine(`${subject} of ${issuer}`, 300)}`,
  );
  const body = html`<h1>Sent</h1>
    <p>Your word (${decision}) on ${oneLine(open.task)} is on its way. The run decides whether it counts.</p>
    <p>
      <a href="${cardPath(open.workflowId, open.task)}">How the card stands</a> ·
      <a href="/">All approvals</a>
    </p>`;
  return { status: 200, page: page('Sent', body) };
}
