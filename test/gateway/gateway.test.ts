import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createBrokeredAttestor, readTrustedKeys } from '../../activities/approvals/brokered.ts';
import { cardPath } from '../../client/gateway/card-page.ts';
import type { OpenCard } from '../../client/gateway/cards.ts';
import { readMessage } from '../../workflows/walk/message.ts';
import { rosterOf, rostersOf } from '../principal/roster.ts';
import { RUN } from '../principal/samples.ts';
import { openBrowser, type Browser, type Page } from './browser.ts';
import { openCard, openGatewayStage, type GatewayStage, type Sent } from './stage.ts';

let stage: GatewayStage;
let card: OpenCard;
let path: string;
beforeAll(async () => {
  stage = await openGatewayStage();
});
afterAll(() => stage.close());
beforeEach(() => {
  card = openCard();
  path = cardPath(card.workflowId, card.task);
  stage.open(card);
  stage.signInAs({ sub: 'c-1', email: 'carol@corp.example' });
});

async function signedIn(next = path): Promise<readonly [Browser, Page]> {
  const browser = openBrowser(stage.base);
  const page = await browser.get(`/login?${new URLSearchParams({ next }).toString()}`);
  expect(page.url.pathname + page.url.search).toBe(next);
  return [browser, page];
}

/** What was sent while this ran. */
async function sentBy(work: () => Promise<unknown>): Promise<readonly Sent[]> {
  const before = stage.sent.length;
  await work();
  return stage.sent.slice(before);
}

const filled = (page: Page, fields: { readonly [name: string]: string }): URLSearchParams => {
  const form = page.form('/decide');
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  return form;
};
const APPROVE = { decision: 'approve', reason: 'called the owner' };

describe('a person at the gateway', () => {
  test('signs in, reads the card, approves it, and is vouched for: the vote counts at level V2', async () => {
    const [browser, page] = await signedIn();
    expect(page.text).toContain('rotate_password waits for approval');
    expect(page.text).toContain(card.card.digest);
    const [vote, ...more] = await sentBy(async () => {
      expect((await browser.post('/decide', filled(page, APPROVE))).text).toContain('is on its way');
    });
    expect(more).toEqual([]);
    expect(vote).toMatchObject({ workflowId: card.workflowId, decision: 'approve' });

    const read = readMessage('approve', vote?.input);
    if (read.kind === 'malformed') throw new Error(read.code);
    const { message } = read;
    const trusted = readTrustedKeys([stage.publicKey]);
    if (trusted.kind === 'problems') throw new Error('the key is refused');
    const carol = rosterOf().byAccount('carol');
    const attestor = createBrokeredAttestor({
      keys: trusted.keys,
      rosters: rostersOf({
        bySubject: (issuer, sub) => (issuer === stage.issuer && sub === 'c-1' ? carol : { kind: 'unknown' }),
      }),
    });
    const { proof } = message;
    if (proof === undefined) throw new Error('the vote carries no proof');
    expect(
      await attestor.attest({
        message,
        proof,
        subject: { digest: card.card.digest, text: card.text },
        run: RUN,
        at: Date.now(),
      }),
    ).toMatchObject({ kind: 'person', person: 'carol', assurance: 'V2' });
  });

  test('refuses with the same form; what was neither is not sent', async () => {
    const [browser, page] = await signedIn();
    const refuse = { decision: 'reject', reason: 'not this mailbox' };
    expect(await sentBy(() => browser.post('/decide', filled(page, refuse)))).toMatchObject([
      { decision: 'reject' },
    ]);
    const neither = { ...APPROVE, decision: 'APPROVE ' };
    expect(await sentBy(() => browser.post('/decide', filled(page, neither)))).toEqual([]);
  });

  test('must say why', async () => {
    const [browser, page] = await signedIn();
    const answers: number[] = [];
    const sent = await sentBy(async () => {
      for (const reason of ['', '  \n ', 'x'.repeat(2_001)])
        answers.push((await browser.post('/decide', filled(page, { ...APPROVE, reason }))).status);
    });
    expect([answers, sent]).toEqual([[409, 409, 409], []]);
  });

  test('A06: decides on the card that was read, never on one that was opened since', async () => {
    const [browser, page] = await signedIn();
    stage.open(openCard({ nonce: 'n-2' }));
    const sent = await sentBy(async () => {
      const answer = await browser.post('/decide', filled(page, APPROVE));
      expect([answer.status, answer.text.includes('The card has changed')]).toEqual([409, true]);
    });
    expect(sent).toEqual([]);
    stage.open();
    expect((await browser.post('/decide', filled(page, APPROVE))).status).toBe(409);
  });

  test('A20: who approves for many says how many they counted', async () => {
    card = openCard({ targets: ['a@corp.example', 'b@corp.example'] });
    stage.open(card);
    const [browser, page] = await signedIn();
    const [vote] = await sentBy(() => browser.post('/decide', filled(page, { ...APPROVE, targets: '2' })));
    expect(vote?.input.targets).toBe(2);
    expect(await sentBy(() => browser.post('/decide', filled(page, { ...APPROVE, targets: 'two' })))).toEqual(
      [],
    );
  });

  test('has to sign in again after a quarter of an hour', async () => {
    const [browser, page] = await signedIn();
    stage.later(15 * 60_000);
    expect(await sentBy(() => browser.post('/decide', filled(page, APPROVE)))).toEqual([]);
    expect((await browser.get(path)).text).toContain('Sign in');
  });

  test('signs out for good', async () => {
    const [browser, page] = await signedIn();
    await browser.post('/logout', page.form('/logout'));
    expect(browser.cookies()).toEqual([]);
    expect((await browser.get(path)).text).toContain('Sign in');
  });
});

describe('what decides nothing', () => {
  test('A15: a scanner that follows every link, and a link with everything in it', async () => {
    const [browser, page] = await signedIn();
    const all = filled(page, APPROVE).toString();
    const sent = await sentBy(async () => {
      for (const link of [
        path,
        `/decide?${all}`,
        `${path}&${all}`,
        `/approve?${all}`,
        '/',
        '/login',
        `/callback?code=x&state=y`,
      ])
        await browser.get(link, 'elsewhere');
      expect((await browser.get(`/decide?${all}`)).status).toBe(405);
      for (const link of [path, '/decide', '/login'])
        await fetch(stage.base + link, { method: 'HEAD', redirect: 'manual' });
    });
    expect(sent).toEqual([]);
  });

  test('A15: a link that was forwarded shows a stranger nothing before they sign in, and counts as theirs after', async () => {
    const stranger = openBrowser(stage.base);
    const before = await stranger.get(path, 'elsewhere');
    expect([before.text.includes('Sign in'), before.text.includes('alice')]).toEqual([true, false]);
    stage.signInAs({ sub: 'e-9', email: 'eve@elsewhere.example' });
    const page = await stranger.get(`/login?${new URLSearchParams({ next: path }).toString()}`);
    const [vote] = await sentBy(() => stranger.post('/decide', filled(page, APPROVE)));
    expect(vote?.input.by).toBe('eve@elsewhere.example');
  });

  test('A15: a form on another site, with or without the cookie, and one without our token', async () => {
    const [browser, page] = await signedIn();
    const form = filled(page, APPROVE);
    const stolen = new URLSearchParams(form);
    stolen.set('csrf', 'x'.repeat(43));
    const bare = new URLSearchParams(form);
    bare.delete('csrf');
    const sent = await sentBy(async () => {
      const statuses = [
        await browser.post('/decide', form, { origin: 'https://evil.example' }),
        await browser.post('/decide', form, { origin: 'null' }),
        await browser.post('/decide', form, { 'sec-fetch-site': 'cross-site' }),
        await browser.post('/decide', stolen),
        await browser.post('/decide', bare),
        await browser.post('/decide', form, { 'content-type': 'text/plain' }),
        await openBrowser(stage.base).post('/decide', form),
      ].map(({ status }) => status);
      expect(statuses).toEqual([403, 403, 403, 403, 403, 403, 403]);
    });
    expect(sent).toEqual([]);
    expect(await sentBy(() => browser.post('/decide', form))).toHaveLength(1);
  });

  test('A15: one person’s token in another person’s session', async () => {
    const [, page] = await signedIn();
    const [other] = await signedIn();
    expect(await sentBy(() => other.post('/decide', filled(page, APPROVE)))).toEqual([]);
  });

  test('the session does not travel on a link from another site', async () => {
    const [browser] = await signedIn();
    expect((await browser.get(path, 'elsewhere')).text).toContain('Sign in');
    expect((await browser.get(path)).text).toContain('waits for approval');
  });
});

describe('signing in', () => {
  test('A09: an answer that this browser did not ask for, a second use and a wrong nonce let nobody in', async () => {
    const [browser] = await signedIn();
    const fresh = openBrowser(stage.base);
    expect((await fresh.get('/callback?code=abc&state=def')).status).toBe(400);
    expect((await browser.get('/callback?code=abc&state=def')).status).toBe(400);
    stage.signInAs({ sub: 'c-1', nonce: 'another' });
    const refused = await fresh.get('/login?next=/');
    expect([refused.status, refused.text.includes('did not confirm')]).toEqual([403, true]);
    expect(fresh.cookies()).not.toContain('cordon_session');
  });

  test.each([
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example',
    '/.//evil.example/x',
    'javascript:alert(1)',
  ])('leads back to this gateway only, not to %s', async (next) => {
    const browser = openBrowser(stage.base);
    const page = await browser.get(`/login?${new URLSearchParams({ next }).toString()}`);
    expect([page.url.origin, page.url.pathname]).toEqual([stage.base, '/']);
  });
});

describe('the page', () => {
  test('A16: shows what others wrote as text, isolated and escaped, whatever it looks like', async () => {
    const hostile =
      '</pre><script>alert(1)</script><form action="/decide">\u202Eevorppa\nApproved by: CISO "\'&';
    card = openCard({
      inputs: { subject: hostile, body: 'x'.repeat(100_000) },
      targets: [hostile],
      caseId: hostile,
      requestedBy: '<img src=x onerror=alert(1)>',
    });
    stage.open(card);
    const [, page] = await signedIn();
    expect(page.text).not.toMatch(/<script|<img|\u202e/i);
    expect(page.text.match(/<form/g)).toHaveLength(2);
    expect(page.text).toContain('\\u202eevorppa\\nApproved by: CISO');
    expect(page.text).toContain('&lt;U+202E&gt;');
    expect(page.text).toMatch(/more characters, SHA-256 [0-9a-f]{16}/);
    expect(page.text).toContain('x'.repeat(100_000));
    const [, inbox] = await signedIn('/');
    expect(inbox.text).not.toMatch(/<script|<img|\u202e/i);
  });

  test('needs no script, and forbids everything but forms to itself', async () => {
    const [, page] = await signedIn();
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(
      /^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]+={0,2}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'$/,
    );
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.headers.get('x-frame-options')).toBe('DENY');
    expect(page.text).not.toMatch(/\son[a-z]+=|style="/);
  });

  test('cookies are out of reach of scripts, and the session’s does not leave the site', async () => {
    const browser = openBrowser(stage.base);
    const page = await browser.get('/login?next=/');
    const [login] = (await fetch(`${stage.base}/login`, { redirect: 'manual' })).headers.getSetCookie();
    expect(login).toMatch(/^cordon_login=[\w-]{43}; Path=\/callback; HttpOnly; SameSite=Lax$/);
    expect(page.status).toBe(200);
    expect(browser.cookies()).toEqual(['cordon_session']);
  });

  test('is not served under another name, and a form of any size is cut off', async () => {
    const { port } = new URL(stage.base);
    const answer = await raw(
      Number(port),
      'GET / HTTP/1.1\r\nHost: rebound.example\r\nConnection: close\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 421 /);
    const [browser, page] = await signedIn();
    const large = filled(page, { ...APPROVE, reason: 'x'.repeat(20_000) });
    expect((await browser.post('/decide', large)).status).toBe(413);
  });

  test('the log says who decided what, and no reason, token or cookie', async () => {
    const [browser, page] = await signedIn();
    await browser.post('/decide', filled(page, { ...APPROVE, reason: 'a private reason' }));
    const log = stage.logged.join('\n');
    expect(log).toMatch(/approve of card [0-9a-f]{12} sent for c-1 of http:\/\/127\.0\.0\.1/);
    expect(log).not.toMatch(/private reason|eyJ|cordon_session/);
  });
});

function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    connect(port, '127.0.0.1')
      .on('data', (part) => (answer += part.toString()))
      .on('end', () => resolve(answer))
      .on('error', reject)
      .write(text);
  });
}
