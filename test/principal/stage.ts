/** One attesting server per file, persons with tokens of their own, and runs driven by hand, step by step. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, jest } from '@jest/globals';
import { Client, type Connection, type WorkflowHandle } from '@temporalio/client';
import { createPrincipalAttestor } from '../../activities/approvals/principal.ts';
import type { Attestation } from '../../activities/approvals/attestation.ts';
import type { Message } from '../../workflows/ports.ts';
import { openBallotBoxes } from '../../worker/ballot-box.ts';
import { findFullServer } from './binary.ts';
import { startFullServer, type FullServer } from './full-server.ts';
import { openIssuer, type Issuer } from './issuer.ts';
import { rostersOf } from './roster.ts';
import { RUN } from './samples.ts';

export const NAMESPACE = 'soc';
/** Building the server takes minutes, once per machine. */
const FIRST_START_MS = 30 * 60_000;

/** Everybody may write to the namespace; that is all Temporal's own authorizer can say. */
const PEOPLE = ['carol', 'bob', 'stranger', 'robot', 'worker'] as const;
export type Who = (typeof PEOPLE)[number];

export interface AttestingStage {
  readonly server: () => FullServer;
  readonly issuer: () => Issuer;
  /** Somebody's client, under their own token, whatever they call themselves. */
  client(who: Who | 'admin', identity?: string): Client;
  token(who: Who | 'admin'): string;
  /** A run that no worker of ours drives. */
  run(): Promise<HandRun>;
}

export interface HandRun {
  readonly handle: WorkflowHandle;
  readonly taskQueue: string;
  /** When its card was opened, as far as votes are concerned. */
  readonly openedAt: number;
  /** Takes the next workflow task, does something meanwhile, and completes it under the worker's token. */
  step(meanwhile?: () => Promise<void>): Promise<void>;
  /** What is made of a vote with these words in the newest run of this workflow. */
  attest(message?: Message, openedAt?: number): Promise<Attestation>;
}

const DIGEST = 'c'.repeat(64);
export const VOTE = { task: 'rotate', digest: DIGEST, by: 'carol', reason: 'called the owner' } as const;
export const APPROVE: Message = { kind: 'approve', ...VOTE };

export function setAttestingStage(): AttestingStage {
  const opened: { server?: FullServer; issuer?: Issuer } = {};
  const tokens = new Map<string, string>();
  const connections = new Map<string, Connection>();
  jest.setTimeout(60_000);
  beforeAll(async () => {
    const issuer = await openIssuer('login');
    tokens.set('admin', await issuer.token('admin', 'temporal-system:admin'));
    for (const who of PEOPLE) tokens.set(who, await issuer.token(`sub-of-${who}`, `${NAMESPACE}:write`));
    const server = await startFullServer({
      binary: await findFullServer(),
      jwksUrl: issuer.jwksUrl,
      propagation: true,
      namespace: NAMESPACE,
      adminToken: tokens.get('admin') ?? null,
    });
    for (const [who, token] of tokens) connections.set(who, await server.connect(token));
    Object.assign(opened, { server, issuer });
  }, FIRST_START_MS);
  afterAll(async () => {
    for (const connection of connections.values()) await connection.close();
    await opened.server?.stop();
    await opened.issuer?.stop();
  });
  const stage: AttestingStage = {
    server: () => there(opened.server),
    issuer: () => there(opened.issuer),
    client: (who, identity = `${who}@desk`) =>
      new Client({ connection: there(connections.get(who)), namespace: NAMESPACE, identity }),
    token: (who) => there(tokens.get(who)),
    run: () => startHandRun(stage),
  };
  return stage;
}

async function startHandRun(stage: AttestingStage): Promise<HandRun> {
  const workflowId = `by-hand-${randomUUID().slice(0, 8)}`;
  const openedAt = Date.now();
  const handle = await stage.client('robot').workflow.start('by_hand', {
    taskQueue: workflowId,
    workflowId,
    args: [],
  });
  const worker = stage.client('worker');
  return {
    handle,
    taskQueue: workflowId,
    openedAt,
    async step(meanwhile) {
      const { workflowService } = worker;
      const { taskToken } = await worker.withDeadline(Date.now() + 20_000, () =>
        workflowService.pollWorkflowTaskQueue({ namespace: NAMESPACE, taskQueue: { name: workflowId } }),
      );
      await meanwhile?.();
      await workflowService.respondWorkflowTaskCompleted({ namespace: NAMESPACE, taskToken, commands: [] });
    },
    async attest(message = APPROVE, since = openedAt) {
      const { runId } = await worker.workflow.getHandle(workflowId).describe();
      const attestor = createPrincipalAttestor({
        rosters: rostersOf(),
        open: openBallotBoxes(worker),
      });
      return attestor.attest({
        message,
        proof: { kind: 'principal' },
        subject: { digest: DIGEST, text: JSON.stringify({ openedAt: since }) },
        run: { ...RUN, workflowId, runId },
        at: Date.now(),
      });
    },
  };
}

function there<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the stage is set before the first test, not earlier');
  return value;
}
