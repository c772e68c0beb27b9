/** The gate: what a decision and a vote cost, beside the bare activity that they are added to. */
import type { World } from '../activities/world.ts';
import type { CardBody, RunRef } from '../workflows/ports.ts';
import type { Measure, Sample } from './budget.ts';
import { ACCOUNT, bareInput, PLAYBOOKS, REQUESTER } from './fixture.ts';
import { elapsed } from './measures.ts';
import { measurePolicy, openBenchedPolicy, POLICY_BUDGET, type BenchedPolicy } from './policy.ts';
import { openStage, type Stage } from './stage.ts';
import { measureVotes } from './votes.ts';

const ROUNDS = 5;
/** Of each round. */
const DECISIONS = 2_000;
const LONG = 100_000;
const VOTES = 200;
const VOTE_MS = 5;

export async function measureGate(say: (line: string) => void): Promise<readonly Measure[]> {
  const benched = await openBenchedPolicy();
  const alone = await measureAlone(benched, say);
  say('a server, for a bare activity');
  const stage = await openStage(say);
  try {
    const share = await measureDecisionShare(benched, stage, say);
    say(`${VOTES} votes of each kind`);
    return [...alone, share, ...(await measureWeighing(stage.world))];
  } finally {
    await stage.close();
  }
}

/** Before there are workers in the process, whose threads would be counted. */
async function measureAlone(
  benched: BenchedPolicy,
  say: (line: string) => void,
): Promise<readonly Measure[]> {
  const rates: Sample[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    say(`deciding, round ${round} of ${ROUNDS}`);
    const { per_second: ours } = await measurePolicy(benched, DECISIONS);
    rates.push({ ours, bare: null });
  }
  say(`${LONG} decisions, for their memory`);
  const { grown_mb: grown } = await measurePolicy(benched, LONG);
  return [
    {
      id: 'policy_decisions',
      what: 'decisions of the shipped set in a second of one thread, each checked against the schema',
      unit: 'decisions/s',
      samples: rates,
      budget: { of: 'ours', bound: 'at_least', limit: POLICY_BUDGET.per_second },
    },
    {
      id: 'policy_memory',
      what: `memory that ${LONG} decisions leave behind`,
      unit: 'MiB',
      samples: [{ ours: grown, bare: null }],
      budget: { of: 'ours', bound: 'at_most', limit: POLICY_BUDGET.memory_mb },
    },
  ];
}

async function measureDecisionShare(
  benched: BenchedPolicy,
  stage: Stage,
  say: (line: string) => void,
): Promise<Measure> {
  const samples: Sample[] = [];
  await roundTrip(stage);
  for (let round = 1; round <= ROUNDS; round += 1) {
    say(`a decision and an activity, round ${round} of ${ROUNDS}`);
    const bare = await roundTrip(stage);
    const { median_ms: ours } = await measurePolicy(benched, DECISIONS);
    samples.push({ ours, bare });
  }
  return {
    id: 'policy_share',
    what: 'a decision, beside a bare activity round trip',
    unit: 'ms',
    samples,
    budget: { of: 'ratio', bound: 'at_most', limit: POLICY_BUDGET.decision_share },
  };
}

/** Of one activity in a workflow that calls one after the other; milliseconds. */
async function roundTrip(stage: Stage): Promise<number> {
  return (await elapsed(() => stage.bare(PLAYBOOKS.chain20))) / PLAYBOOKS.chain20.tasks;
}

const KINDS = { signature: 'signed by a key', id_token: 'by an ID token' } as const;

async function measureWeighing(staged: World): Promise<readonly Measure[]> {
  // No server is asked, and no activity is running: what is measured is the vote.
  const world: World = {
    ...staged,
    origin: async () => null,
    whoStarted: async () => REQUESTER,
    pulse: () => ({
      attemptId: 'bench',
      signal: new AbortController().signal,
      cancelled: () => false,
      beat() {},
    }),
  };
  const { run, body } = cardToVoteOn();
  const costs = await measureVotes(world, run, body, VOTES);
  return costs.map(({ proof, medianMs }) => ({
    id: `vote_${proof}`,
    what: `a vote weighed, ${KINDS[proof]}`,
    unit: 'ms',
    samples: [{ ours: medianMs, bare: null }],
    budget: { of: 'ours', bound: 'at_most', limit: VOTE_MS },
  }));
}

function cardToVoteOn(): { readonly run: RunRef; readonly body: CardBody } {
  const { run: named, call } = bareInput(PLAYBOOKS.chain10, 'case-vote');
  const now = Date.now();
  const run: RunRef = {
    ...named,
    workflowId: 'bench-vote',
    chain: 'bench-vote',
    runId: 'bench-vote',
    startedAt: now,
  };
  const { type, connector, inputs } = call.question;
  const body: CardBody = {
    v: 2,
    nonce: 'bench',
    workflowId: run.workflowId,
    chain: run.chain,
    runId: run.runId,
    caseId: run.caseId,
    playbook: run.playbook,
    playbookVersion: run.playbookVersion,
    planDigest: run.planDigest,
    task: 'task_001',
    type,
    connector,
    inputs,
    targets: [ACCOUNT],
    targetCount: 1,
    effect: 'needs_approval',
    obligations: [],
    rules: ['bench'],
    policySet: '0'.repeat(64),
    reversibility: 'A',
    requestedBy: run.requestedBy,
    openedAt: now,
    notBefore: now,
    expiresAt: now + 3_600_000,
    quorum: 1,
    groups: [],
    minAssurance: 'V3',
  };
  return { run, body };
}
