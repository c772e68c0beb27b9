/** The settings of a mailbox that an intruder switches on: as Gmail tells them, and how each is written back. */
import { z } from 'zod';
import type { JsonObject } from '../../../workflows/language/json.ts';
import { same, type Setting } from '../setting.ts';
import type { Clients } from './client.ts';
import type { Conversation, Got } from './conversation.ts';
import { afterChanges } from './fault.ts';

const text = z.string().nullish();
const flag = z.boolean().nullish();
/** What is not named here is newer than this connector: it is read and written back as it stands. */
const autoForwarding = z.looseObject({ enabled: flag, emailAddress: text, disposition: text });
const imap = z.looseObject({ enabled: flag });
const pop = z.looseObject({ accessWindow: text, disposition: text });
const vacation = z.looseObject({ enableAutoReply: flag });

type Settings = Clients['gmail']['users']['settings'];
type Send = (settings: Settings) => Promise<{ readonly status: number; readonly data: unknown }>;

export type Forwarding = JsonObject & { readonly enabled: boolean };
export type Protocols = JsonObject & { readonly imap: JsonObject; readonly pop: JsonObject };
export type Replies = JsonObject & { readonly enableAutoReply: boolean };

/** Google leaves out what is not set, and its client hands on nulls: neither says anything. */
function plain(value: Readonly<Record<string, unknown>>): JsonObject {
  const said = Object.entries(value).filter(([, field]) => field !== null && field !== undefined);
  return Object.fromEntries(said) as JsonObject;
}

async function read<T extends Readonly<Record<string, unknown>>>(
  google: Conversation,
  expect: z.ZodType<T>,
  send: Send,
): Promise<Got<JsonObject>> {
  const got = await google.read('mailbox', expect, ({ gmail }) => send(gmail.users.settings));
  return got.kind === 'got' ? { kind: 'got', value: plain(got.value) } : got;
}

function write(google: Conversation, expect: z.ZodType, send: Send): Promise<Got<unknown>> {
  return google.change('mailbox', expect, ({ gmail }) => send(gmail.users.settings));
}

/** Where forwarding is off, its address and what becomes of the original mean nothing. */
export function forwardingOf(google: Conversation, userId: string): Setting<Forwarding> {
  return {
    what: `the auto-forwarding of ${userId}`,
    async read() {
      const got = await read(google, autoForwarding, (settings) => settings.getAutoForwarding({ userId }));
      if (got.kind !== 'got') return got;
      return {
        kind: 'got',
        value: got.value['enabled'] === true ? { ...got.value, enabled: true } : { enabled: false },
      };
    },
    write: (to) =>
      write(google, autoForwarding, (settings) => settings.updateAutoForwarding({ userId, requestBody: to })),
  };
}

export function protocolsOf(google: Conversation, userId: string): Setting<Protocols> {
  return {
    what: `IMAP and POP of ${userId}`,
    inParts: true,
    async read() {
      const first = await read(google, imap, (settings) => settings.getImap({ userId }));
      if (first.kind !== 'got') return first;
      const second = await read(google, pop, (settings) => settings.getPop({ userId }));
      if (second.kind !== 'got') return second;
      return {
        kind: 'got',
        value: { imap: { ...first.value, enabled: first.value['enabled'] === true }, pop: second.value },
      };
    },
    async write(to, from) {
      const changed = !same(to.imap, from.imap);
      if (changed) {
        const got = await write(google, imap, (settings) =>
          settings.updateImap({ userId, requestBody: to.imap }),
        );
        if (got.kind !== 'got') return got;
      }
      if (same(to.pop, from.pop)) return { kind: 'got', value: null };
      const got = await write(google, pop, (settings) => settings.updatePop({ userId, requestBody: to.pop }));
      return got.kind !== 'got' && changed ? afterChanges(got, 'IMAP was changed') : got;
    },
  };
}

export function isPopOpen({ pop: { accessWindow } }: Protocols): boolean {
  return accessWindow === 'fromNowOn' || accessWindow === 'allMail';
}

/** Written whole, as Gmail takes it: the words of a reply that was stopped stay. */
export function repliesOf(google: Conversation, userId: string): Setting<Replies> {
  return {
    what: `the automatic reply of ${userId}`,
    async read() {
      const got = await read(google, vacation, (settings) => settings.getVacation({ userId }));
      if (got.kind !== 'got') return got;
      return { kind: 'got', value: { ...got.value, enableAutoReply: got.value['enableAutoReply'] === true } };
    },
    write: (to) =>
      write(google, vacation, (settings) => settings.updateVacation({ userId, requestBody: to })),
  };
}
