/** From configuration to the world that activities act in. All faults of all parts in one report. */
import { readFile, realpath } from 'node:fs/promises';
import { mkdirSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import type { Client } from '@temporalio/client';
import { contracts, createCatalogue } from '../activities/catalogue/index.ts';
import type { Connector } from '../activities/connectors/connector.ts';
import { createConnectors } from '../activities/connectors/index.ts';
import { openPolicy, POLICY_DEFAULTS } from '../activities/policy/index.ts';
import { openStores } from '../activities/stores/index.ts';
import type { World } from '../activities/world.ts';
import type { Config } from './config.ts';
import { temporalPulse } from './create.ts';
import { openConfiguredSecrets, openEvidence, outboundOf, secretFor } from './keeping.ts';

export type OpenedWorld =
  | { readonly kind: 'world'; readonly world: World; readonly close: () => Promise<void> }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

export interface WorldInput {
  readonly config: Config;
  readonly searchable: boolean;
  readonly client: Client;
}

export async function openWorld({ config, searchable, client }: WorldInput): Promise<OpenedWorld> {
  const policy = await openPolicy({
    ...POLICY_DEFAULTS,
    folder: config.policies,
    killSwitchFile: config.killSwitch,
    maxTargets: config.maxTargets,
    expectedDigest: config.policyDigest,
  });
  const outbound = outboundOf(config);
  if (outbound.kind === 'problems') return outbound;
  const { egress } = outbound;
  const opened = openConfiguredSecrets(config, egress);
  if (policy.kind === 'problems' || opened.kind === 'problems')
    return {
      kind: 'problems',
      problems: [policy, opened].flatMap((one) => (one.kind === 'problems' ? one.problems : [])),
    };
  const { secrets } = opened;
  const evidence = await openEvidence(config, secrets, egress);
  mkdirSync(dirname(config.state), { recursive: true, mode: 0o700 });
  const ledger = await openStores(config.state);
  const record = {
    byRun: (chain: string) => ledger.byRun(chain),
    plan: (digest: string) => ledger.get('plan', digest),
  };
  const connectors = createConnectors(config.connectors, { evidence, record, egress });
  const { directory } = policy;
  const world: World = {
    mode: config.mode,
    labels: config.activityIds,
    ledger,
    policy: policy.engine,
    connectors: new Map(connectors.map((connector: Connector) => [connector.name, connector])),
    contracts,
    catalogue: createCatalogue(connectors),
    playbook: (id) => readPlaybook(config.playbooks, id),
    providerOf(account) {
      const found = account.includes('@') ? directory.find(account) : { kind: 'unknown' as const };
      return found.kind === 'known' ? found.asset.provider : null;
    },
    secret: (reference, reader, use) => secretFor(secrets, reference, reader, use),
    keepSecret: (name, make) => secrets.keep(name, make),
    redact: (text) => secrets.redact(text),
    whoStarted: (workflowId, runId) => whoStarted(client, workflowId, runId),
    searchable,
    pulse: temporalPulse,
    now: Date.now,
  };
  return { kind: 'world', world, close: () => ledger.close() };
}

/** The id comes from whoever starts a workflow, so it is a name and never a path. */
async function readPlaybook(
  folder: string,
  id: string,
): Promise<{ readonly file: string; readonly source: Uint8Array } | null> {
  if (!/^[a-z][a-z0-9_]{0,63}$/.test(id)) return null;
  const file = `${id}.yaml`;
  try {
    const path = await realpath(join(folder, file));
    const home = await realpath(folder);
    if (!path.startsWith(home + sep)) return null;
    return { file, source: await readFile(path) };
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}

/** What the server says of who started it: asserted by the client, but by a client that did not name anyone else. */
async function whoStarted(client: Client, workflowId: string, runId: string): Promise<string> {
  const { events } = await client.workflowService
    .getWorkflowExecutionHistory({
      namespace: client.options.namespace,
      execution: { workflowId, runId },
      maximumPageSize: 1,
    })
    .then(({ history }) => history ?? { events: [] });
  return events?.[0]?.workflowExecutionStartedEventAttributes?.identity || 'unknown';
}
