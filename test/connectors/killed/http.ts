/** Requests to a system that has no connector of its own: a ticket desk, which makes a ticket of every POST. */
import { json, startDouble } from '../call.ts';
import type { Subject } from './family.ts';
import type { Action } from './action.ts';
import { holdingHttp, type Place } from './place.ts';
import { startRelay } from './relay.ts';

export interface HttpPlace extends Place {
  readonly url: string;
}

export async function openDesk(): Promise<HttpPlace> {
  const tickets: string[] = [];
  const double = await startDouble(({ method, body }, response) => {
    if (method === 'POST') tickets.push(body);
    json(response, 200, { tickets: tickets.length });
  });
  const relay = await startRelay(Number(new URL(double.url).port));
  const effects = (): number => tickets.length;
  return {
    url: relay.url,
    settings: () => ({ connectors: { http: { hosts: [relay.url] } } }),
    effects,
    state: () => [...tickets],
    ...holdingHttp(relay, effects),
    async close() {
      await relay.close();
      await double.close();
    },
  };
}

const connector = 'http';
const type = 'HttpRequest';

export const post: Action<HttpPlace> = {
  connector,
  type,
  where: 'POST',
  effects: 1,
  input: ({ url }) => ({ method: 'POST', url: `${url}/tickets`, body: { title: 'Mailbox' } }),
};
const get: Action<HttpPlace> = {
  connector,
  type,
  where: 'GET',
  effects: 0,
  input: ({ url }) => ({ method: 'GET', url: `${url}/tickets` }),
};

export const http: readonly Subject<HttpPlace>[] = [post, get].map((action) => ({ action, open: openDesk }));
