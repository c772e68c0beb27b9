/** One task type, one connector that does what a test says, and the world around them. */
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { z } from 'zod';
import { cardText } from '../../activities/approvals/card-text.ts';
import { NO_ROSTER } from '../../activities/approvals/index.ts';
import type { TaskContract } from '../../activities/catalogue/task-type.ts';
import type { Answer, CallContext, Connector, Performance } from '../../activities/connectors/connector.ts';
import { inputsDigest, sha256 } from '../../activities/keys.ts';
import type { Policy } from '../../activities/policy/engine.ts';
import { createMemoryLedger, openStores } from '../../activities/stores/index.ts';
import type { Ledger } from '../../activities/stores/ledger.ts';
import { openedEntries } from '../../activities/stores/opened-entries.ts';
import type { Pulse, World } from '../../activities/world.ts';
import type { JsonObject } from '../../workflows/language/json.ts';
import type { Call, CardBody, Question, RunRef } from '../../workflows/ports.ts';
import type { StampedFact } from '../../workflows/walk/fact.ts';
import { temporaryFolder } from '../audit/samples.ts';
import { ALLOW, RUN, START } from '../walk/samples.ts';

export { ALLOW, RUN, START };

export const OTHER_RUN: RunRef = { ...RUN, workflowId: 'cordon-sample-CASE-2', chain: 'chain-2' };

export const removeFilters: TaskContract = {
  name: 'RemoveFilters',
  summary: 'removes filters',
  input: z.strictObject({ user: z.string().min(3), ids: z.array(z.string()).default([]) }),
  output: z.strictObject({ removed: z.array(z.string()) }),
  targets: (input) => [(input as { readonly user: string }).user, 'mail'],
};

export type Perform = (input: JsonObject, call: CallContext) => Promise<Answer<JsonObject>>;

export const done: Perform = async () => ({ kind: 'done', output: { removed: ['f1'] } });

/** A policy without guards that decides as it is told. */
export function policyOf(decide: Policy['decide'], given: Partial<Policy> = {}): Policy {
  const set = { name: 'sample', digest: '0'.repeat(64) };
  return { set, decide, source: null, reserve: () => null, reopen: async () => null, ...given };
}

/** Everything a test may want different from a world in which all goes well. */
export interface Given extends Partial<Omit<World, 'connectors' | 'contracts'>> {
  readonly perform?: Perform;
  readonly like?: Partial<Performance>;
}

export function worldOf(ledger: Ledger, { perform = done, like = {}, ...given }: Given = {}) {
  const calls: { readonly input: JsonObject; readonly attempt: number; readonly key: string }[] = [];
  const performance: Performance = {
    reversibility: 'A',
    repeat: 'natural',
    timeoutMs: 1000,
    scopes: [],
    async perform(input, call) {
      calls.push({ input, attempt: call.attempt, key: call.key });
      return perform(input, call);
    },
    ...like,
  };
  const connector: Connector = { name: 'mail', performs: { RemoveFilters: performance } };
  let attempts = 0;
  const world: World = {
    mode: 'development',
    labels: 'key',
    ledger,
    approvals: NO_ROSTER,
    origin: async () => null,
    policy: policyOf(async () => ALLOW),
    connectors: new Map([['mail', connector]]),
    contracts: new Map([['RemoveFilters', removeFilters]]),
    catalogue: new Map(),
    playbook: async () => null,
    providerOf: () => null,
    secret: async (reference) => `value of ${reference}`,
    keepSecret: async (name) => ({ reference: `secret://kept/${name}`, value: 'kept' }),
    redact: (text) => text.replaceAll('hunter2', '[secret]'),
    whoStarted: async () => 'riley',
    searchable: false,
    pulse: () => pulse(`attempt-${(attempts += 1)}`),
    now: () => START,
    ...given,
  };
  return { world, calls };
}

export function pulse(attemptId: string, given: Partial<Pulse> = {}): Pulse {
  const { signal } = new AbortController();
  return { attemptId, signal, cancelled: () => false, beat: () => {}, ...given };
}

export function question(given: Partial<Question> = {}): Question {
  return {
    task: 'clean',
    type: 'RemoveFilters',
    connector: 'mail',
    inputs: { user: 'alice', ids: ['f1'] },
    key: { key: 'clean-alice', scope: 'case' },
    reversibility: 'A',
    repeat: 'natural',
    approvals: [],
    ...given,
  };
}

export function callFor(asked: Question = question(), given: Partial<Call> = {}): Call {
  return {
    question: asked,
    inputsDigest: inputsDigest(asked.type, asked.connector, asked.inputs),
    targets: ['alice', 'mail'],
    label: 'clean:clean-alice',
    rules: ['sample.allow'],
    card: null,
    retry: { attempts: 3, backoffMs: 1000, on: ['rate_limited', 'unavailable', 'unknown'] },
    timeoutMs: 1000,
    ...given,
  };
}

export function cardBody(given: Partial<CardBody> = {}): CardBody {
  const { task, type, connector, inputs, reversibility } = question();
  return {
    v: 2,
    nonce: 'nonce-1',
    workflowId: RUN.workflowId,
    chain: RUN.chain,
    runId: RUN.runId,
    caseId: RUN.caseId,
    playbook: RUN.playbook,
    playbookVersion: RUN.playbookVersion,
    planDigest: RUN.planDigest,
    task,
    type,
    connector,
    inputs,
    targets: ['alice', 'mail'],
    targetCount: 2,
    effect: 'needs_approval',
    obligations: [],
    rules: ['sample.allow'],
    policySet: '0'.repeat(64),
    reversibility,
    requestedBy: RUN.requestedBy,
    openedAt: START,
    notBefore: START,
    expiresAt: START + 3_600_000,
    quorum: 1,
    groups: [],
    minAssurance: 'V0',
    ...given,
  };
}

/** Stores the card as `ask` does, and gives its digest. */
export async function putCard(ledger: Ledger, given: Partial<CardBody> = {}): Promise<string> {
  const text = cardText(cardBody(given));
  const digest = sha256(text);
  await ledger.put({ kind: 'card', digest, text });
  return digest;
}

/** A fact the walk has noted. */
export function noted(event: StampedFact['event'] = 'task_started'): StampedFact {
  return { event, task: 'clean', details: {}, at: START, coordinate: `${event}/clean` };
}

export async function entriesOf(ledger: Ledger, chain = RUN.chain) {
  const entries: { readonly event: string; readonly details: JsonObject }[] = [];
  for await (const { body } of openedEntries(ledger, chain))
    entries.push({ event: body.event, details: body.details as JsonObject });
  return entries;
}

export async function eventsIn(ledger: Ledger, chain = RUN.chain): Promise<string[]> {
  return (await entriesOf(ledger, chain)).map(({ event }) => event);
}

/** Both ledgers, each test a new one; `again` is another process's view of the same. */
export function ledgers() {
  const folder = temporaryFolder();
  const opened: Ledger[] = [];
  let files = 0;
  afterAll(() => Promise.all(opened.map((ledger) => ledger.close())));
  const sqlite = async (path: string): Promise<Ledger> => {
    const ledger = await openStores(path, { log: 'test', now: () => START });
    opened.push(ledger);
    return ledger;
  };
  return {
    memory() {
      const ledger = createMemoryLedger({ log: 'test', now: () => START });
      return { ledger, again: () => ledger };
    },
    async SQLite() {
      const path = join(folder, `${(files += 1)}.db`);
      return { ledger: await sqlite(path), again: () => sqlite(path) };
    },
  };
}
