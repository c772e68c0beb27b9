/**
 * What a worker's activity does, on the configuration, the store and the connectors of a deployment, without Temporal:
 * small enough to be started, killed, and started again for every action there is.
 */
import { randomUUID } from 'node:crypto';
import { createAct } from '../../../activities/act.ts';
import { NO_ROSTER } from '../../../activities/approvals/index.ts';
import { createCatalogue, everyContract } from '../../../activities/catalogue/index.ts';
import { createConnectors } from '../../../activities/connectors/index.ts';
import type { EvidenceArchive } from '../../../activities/evidence/store.ts';
import { openStores } from '../../../activities/stores/index.ts';
import { TryAgain } from '../../../activities/try-again.ts';
import type { World } from '../../../activities/world.ts';
import type { Config } from '../../../worker/config.ts';
import { openConfiguredSecrets, openEvidence, outboundOf, secretFor } from '../../../worker/keeping.ts';
import type { Call, Result, RunRef } from '../../../workflows/ports.ts';

/** One call, as the server hands it to whichever worker is there. */
export interface Order {
  readonly run: RunRef;
  readonly call: Call;
}

export interface Life {
  readonly world: World;
  readonly evidence: EvidenceArchive;
  close(): Promise<void>;
}

export async function openLife(config: Config): Promise<Life> {
  const outbound = outboundOf(config);
  if (outbound.kind === 'problems') throw new Error(outbound.problems.join('\n'));
  const { egress } = outbound;
  const opened = openConfiguredSecrets(config, egress);
  if (opened.kind === 'problems') throw new Error(opened.problems.join('\n'));
  const { secrets } = opened;
  const evidence = await openEvidence(config, secrets, egress);
  const ledger = await openStores(config.state);
  const record = {
    byRun: (chain: string) => ledger.byRun(chain),
    plan: (digest: string) => ledger.get('plan', digest),
  };
  const connectors = createConnectors(config.connectors, { evidence, record, egress });
  const world: World = {
    mode: 'development',
    labels: 'key',
    ledger,
    approvals: NO_ROSTER,
    origin: async () => null,
    // Whatever runs here is over for whoever wants to take it back.
    ended: async () => true,
    policy: ALLOWS_ALL,
    connectors: new Map(connectors.map((one) => [one.name, one])),
    contracts: everyContract,
    catalogue: createCatalogue(connectors),
    playbook: async () => null,
    providerOf: () => null,
    secret: (reference, reader, use) => secretFor(secrets, reference, reader, use),
    keepSecret: (name, make) => secrets.keep(name, make),
    redact: (text) => secrets.redact(text),
    whoStarted: async () => 'riley@corp.example',
    searchable: false,
    pulse: () => ({
      attemptId: randomUUID(),
      signal: new AbortController().signal,
      cancelled: () => false,
      beat: () => undefined,
    }),
    now: Date.now,
  };
  return { world, evidence, close: () => ledger.close() };
}

const SET = { name: 'allows all', digest: '0'.repeat(64) };
const ALLOWS_ALL: World['policy'] = {
  set: SET,
  source: null,
  decide: async () => ({
    effect: 'allow',
    rules: [{ id: 'test.allow', effect: 'permit', reason: 'what is asked here is whether it is done once' }],
    obligations: [],
    engine: 'test',
    policySet: SET.digest,
    errors: [],
  }),
  reserve: () => null,
  reopen: async () => null,
};

const MOST_ATTEMPTS = 6;

/** Takes the call up, and again for as long as it asks for that, as the server would. */
export async function takeUp({ world }: Pick<Life, 'world'>, { run, call }: Order): Promise<Result> {
  const act = createAct(world);
  for (let attempt = 1; ; attempt += 1)
    try {
      return await act({ run, facts: [], call, at: Date.now() });
    } catch (error) {
      if (!(error instanceof TryAgain) || attempt === MOST_ATTEMPTS) throw error;
    }
}
