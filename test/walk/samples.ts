/** Plans without a compiler, and a world that says yes to everything at once. */
import type { Plan, PlannedTask } from '../../workflows/language/plan.ts';
import type {
  Call,
  CardBody,
  Heard,
  Judgement,
  Message,
  Ports,
  Question,
  Reply,
  RunRef,
} from '../../workflows/ports.ts';
import type { StampedFact } from '../../workflows/walk/fact.ts';
import { freshState, type RunState } from '../../workflows/walk/state.ts';
import type { Verdict } from '../../workflows/walk/verdict.ts';
import { createWalk } from '../../workflows/walk/walk.ts';

export const START = Date.UTC(2026, 0, 5, 9);

export const RUN: RunRef = {
  workflowId: 'cordon-sample-CASE-1',
  chain: 'chain-1',
  runId: 'chain-1',
  startedAt: START,
  caseId: 'CASE-1',
  playbook: 'sample',
  playbookVersion: '1',
  planDigest: 'd'.repeat(64),
  severity: 'medium',
  requestedBy: 'riley',
};

export function task(name: string, given: Partial<PlannedTask> = {}): PlannedTask {
  return {
    name,
    type: 'Step',
    layer: 0,
    needs: [],
    join: 'all',
    when: null,
    inputs: { kind: 'literal', value: {} },
    approvalRequired: false,
    key: null,
    retry: { attempts: 1, backoffMs: 1000, on: [] },
    timeoutMs: 1000,
    expiresMs: 3_600_000,
    connector: 'world',
    reversibility: 'A',
    repeat: 'natural',
    ...given,
  };
}

/** Tasks must know their layer. */
export function plan(tasks: readonly PlannedTask[], walk: Plan['walk'] = 'layers'): Plan {
  const layers: string[][] = [];
  for (const { name, layer } of tasks) (layers[layer] ??= []).push(name);
  const playbook = { id: 'sample', version: '1', description: '', severity: 'medium', tags: [] } as const;
  return { v: 1, playbook, walk, context: {}, tasks, layers };
}

export const ALLOW: Verdict = {
  effect: 'allow',
  rules: [{ id: 'sample.allow', effect: 'permit', reason: 'a sample' }],
  obligations: [],
  engine: 'sample',
  policySet: '0'.repeat(64),
  errors: [],
};

export const DENY: Verdict = {
  ...ALLOW,
  effect: 'deny',
  rules: [{ id: 'sample.deny', effect: 'forbid', reason: 'not here' }],
};

export function needing(quorum: number): Verdict {
  return {
    ...ALLOW,
    effect: 'needs_approval',
    obligations: [{ kind: 'approval', quorum, groups: [], minAssurance: 'V0', expiresMs: null }],
  };
}

export function decided(question: Question, verdict: Verdict): Judgement {
  const { task: name, inputs } = question;
  const label = `${name}:once`;
  return { kind: 'decided', verdict, inputs, inputsDigest: 'i'.repeat(64), targets: ['alice'], label };
}

/** Every fact that reached a port, in order, and every call. */
export interface World {
  readonly facts: StampedFact[];
  readonly calls: Call[];
  readonly cards: CardBody[];
  readonly ports: Ports;
}

export function agreeableWorld(given: Partial<Ports> = {}): World {
  const facts: StampedFact[] = [];
  const calls: Call[] = [];
  const cards: CardBody[] = [];
  let nonces = 0;
  const keep = (some: readonly StampedFact[]): void => void facts.push(...some);
  const ports: Ports = {
    now: () => START,
    async judge(question, some) {
      keep(some);
      return decided(question, ALLOW);
    },
    async ask(body, some) {
      keep(some);
      cards.push(body);
      return { digest: String(cards.length).padStart(64, '0'), body };
    },
    async weigh(message, _card, some) {
      keep(some);
      return { kind: 'counts', by: message.by, assurance: 'V0' };
    },
    hear: () => Promise.resolve({ kind: 'time' }),
    unheard: () => [],
    spokenTo: () => false,
    tell: () => {},
    async act(call, some) {
      keep(some);
      calls.push(call);
      return { kind: 'done', output: { did: call.question.task }, attempts: 1 };
    },
    check: async () => null,
    async settle(_call, _settled, some) {
      keep(some);
    },
    async record(some) {
      keep(some);
    },
    cancelled: () => false,
    nonce: () => `nonce-${(nonces += 1)}`,
    pollMs: () => null,
    suspendDue: () => false,
    ...given,
  };
  return { facts, calls, cards, ports };
}

export function approve(by: string, digest: string, of = 'risky'): Message {
  return { kind: 'approve', task: of, digest, by, reason: 'looked at it' };
}

/** What comes of walking this plan in this world. */
export async function walked(
  given: Plan,
  ports: Ports,
  state: RunState = freshState(given, START),
): Promise<{ readonly end: 'done' | 'suspended'; readonly state: RunState }> {
  const end = await createWalk({ plan: given, run: RUN, context: {}, ports, state }).run();
  return { end, state };
}

/** People who say these things one after another, then nothing; and what each of them was told. */
export function voices(said: readonly (Message | Exclude<Heard['kind'], 'message'>)[]): {
  readonly hear: Ports['hear'];
  readonly replies: Reply[];
} {
  const rest = [...said];
  const replies: Reply[] = [];
  const reply = (one: Reply): void => void replies.push(one);
  return {
    replies,
    async hear() {
      const next = rest.shift() ?? 'time';
      return typeof next === 'string' ? { kind: next } : { kind: 'message', message: next, reply };
    },
  };
}
