/** What every page of the gateway is answered with. */
import type { Cards } from './cards.ts';
import type { Signer } from './decide.ts';
import { html, page } from './html.ts';
import type { Login } from './login.ts';
import type { Answer } from './request.ts';
import { createShelf, type Errand, type Session, type Shelf } from './sessions.ts';

export interface GatewayInput extends Signer {
  /** As browsers know it. */
  readonly base: URL;
  readonly login: Login;
  readonly cards: Cards;
  readonly log: (line: string) => void;
}

export interface Desk extends GatewayInput {
  readonly sessions: Shelf<Omit<Session, 'id'>>;
  readonly errands: Shelf<Errand>;
}

/** Names of our cookies. */
export const SESSION = 'cordon_session';
export const ERRAND = 'cordon_login';

/** Whoever decides has signed in a short while ago. */
const SESSION_MS = 15 * 60_000;
const ERRAND_MS = 10 * 60_000;

export function openDesk(input: GatewayInput): Desk {
  return {
    ...input,
    sessions: createShelf(SESSION_MS, input.now),
    errands: createShelf(ERRAND_MS, input.now),
  };
}

export function plain(status: number, text: string): Answer {
  return {
    status,
    page: page(
      'Approvals',
      html`<p>${text}</p>
        <p><a href="/">All approvals</a></p>`,
    ),
  };
}
