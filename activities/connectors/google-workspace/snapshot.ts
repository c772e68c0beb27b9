/** EvidenceSnapshot: everything an intruder could have left in the account, kept by hash before it is changed. */
import { z } from 'zod';
import type { EvidenceSnapshot } from '../../catalogue/email.ts';
import type { InputOf, OutputOf } from '../../catalogue/task-type.ts';
import type { EvidenceStore, StoredItem } from '../../evidence/store.ts';
import type { CallContext, Performance } from '../connector.ts';
import type { Clients } from './client.ts';
import type { Workspace } from './config.ts';
import { converse, type Conversation, type Got, type Side } from './conversation.ts';
import { MAIL_SETTINGS, READ_REPORTS, USER_SECURITY } from './scopes.ts';
import { readSignIns } from './sign-ins.ts';

interface Source {
  readonly name: string;
  readonly side: Side;
  readonly send: (
    clients: Clients,
    account: string,
  ) => Promise<{ readonly status: number; readonly data: unknown }>;
}

/** None of these answers holds a secret: app passwords are listed by name, never by value. */
const SOURCES: readonly Source[] = [
  setting('filters', (settings, userId) => settings.filters.list({ userId })),
  setting('forwarding-addresses', (settings, userId) => settings.forwardingAddresses.list({ userId })),
  setting('auto-forwarding', (settings, userId) => settings.getAutoForwarding({ userId })),
  setting('send-as', (settings, userId) => settings.sendAs.list({ userId })),
  setting('delegates', (settings, userId) => settings.delegates.list({ userId })),
  setting('imap', (settings, userId) => settings.getImap({ userId })),
  setting('pop', (settings, userId) => settings.getPop({ userId })),
  setting('vacation', (settings, userId) => settings.getVacation({ userId })),
  { name: 'grants', side: 'admin', send: ({ directory }, userKey) => directory.tokens.list({ userKey }) },
  {
    name: 'app-passwords',
    side: 'admin',
    send: ({ directory }, userKey) => directory.asps.list({ userKey }),
  },
];

function setting(
  name: string,
  ask: (settings: Clients['gmail']['users']['settings'], userId: string) => ReturnType<Source['send']>,
): Source {
  return { name, side: 'mailbox', send: ({ gmail }, account) => ask(gmail.users.settings, account) };
}

export function evidenceSnapshot(
  config: Workspace,
  evidence: EvidenceStore,
): Performance<InputOf<typeof EvidenceSnapshot>, OutputOf<typeof EvidenceSnapshot>> {
  return {
    reversibility: 'none',
    repeat: 'natural',
    timeoutMs: 120_000,
    scopes: [MAIL_SETTINGS, USER_SECURITY, READ_REPORTS],
    async perform({ user_email, case_id, kind }, call) {
      const scopes = [MAIL_SETTINGS, USER_SECURITY, ...(kind === 'log' ? [READ_REPORTS] : [])];
      const google = await converse(config, call, { account: user_email, scopes });
      if (google.kind !== 'got') return google;
      const collected = await collect(google.value, user_email, kind === 'log');
      if (collected.kind !== 'got') return collected;
      const items = await store(evidence, call, case_id, collected.value);
      const { sha256 } = await evidence.manifest(case_id, call.task, items);
      return { kind: 'done', output: { artifact: sha256, items } };
    },
  };
}

type Collected = readonly { readonly name: string; readonly body: unknown }[];

/** All or nothing: a snapshot with a silent gap would be worse than none. */
async function collect(google: Conversation, account: string, withLog: boolean): Promise<Got<Collected>> {
  const all: { readonly name: string; readonly body: unknown }[] = [];
  for (const { name, side, send } of SOURCES) {
    const got = await google.read(side, z.record(z.string(), z.unknown()), (clients) =>
      send(clients, account),
    );
    if (got.kind !== 'got') return got;
    all.push({ name, body: got.value });
  }
  if (withLog) {
    const got = await readSignIns(google, account);
    if (got.kind !== 'got') return got;
    all.push({ name: 'sign-ins', body: got.value });
  }
  return { kind: 'got', value: all };
}

async function store(
  evidence: EvidenceStore,
  call: CallContext,
  caseId: string,
  collected: Collected,
): Promise<StoredItem[]> {
  const items: StoredItem[] = [];
  for (const { name: source, body } of collected) {
    const name = `${source}.json`;
    const bytes = Buffer.from(JSON.stringify(body, null, 2));
    const kept = await evidence.put({ caseId, task: call.task, name, mediaType: 'application/json', bytes });
    items.push({ name, ...kept });
    call.heartbeat();
  }
  return items;
}
