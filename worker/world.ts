/** From configuration to the world that activities act in. All faults of all parts in one report. */
import { readFile, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { Client } from '@temporalio/client';
import { createCatalogue, everyContract } from '../activities/catalogue/index.ts';
import { createConnectors } from '../activities/connectors/index.ts';
import type { Secrets } from '../activities/secrets/index.ts';
import type { LineGuard } from '../activities/secrets/line-guard.ts';
import { mailingOf } from '../activities/connectors/notify/config.ts';
import { openStores } from '../activities/stores/index.ts';
import { StoreError, type Ledger } from '../activities/stores/ledger.ts';
import type { World } from '../activities/world.ts';
import { openApprovals, originOf } from './approvals.ts';
import { hasEnded } from './ended.ts';
import type { Config } from './config.ts';
import { demandsOf, unmetDemands } from '../activities/policy/demands.ts';
import { readFolder } from '../activities/policy/set-files.ts';
import { openConfigured } from './config-policy.ts';
import { servedBy, type Served } from './served.ts';
import { openShadow } from './shadow.ts';
import { createTeller } from './tell.ts';
import { storePassword } from './store.ts';
import { temporalPulse } from './create.ts';
import { openConfiguredSecrets, openEvidence, outboundOf, secretFor } from './keeping.ts';

export type OpenedWorld =
  | {
      readonly kind: 'world';
      readonly world: World;
      readonly served: Served;
      /** Puts what knows the secrets in front of what writes log lines. */
      readonly guardLines: (write: (line: string) => void) => LineGuard;
      readonly close: () => Promise<void>;
    }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

export interface WorldInput {
  readonly config: Config;
  readonly searchable: boolean;
  readonly client: Client;
  /** The connectors that this process is for; absent where it is for all. */
  readonly only?: readonly string[];
}

export async function openWorld({ config, searchable, client, only }: WorldInput): Promise<OpenedWorld> {
  const policy = await openConfigured(config);
  const outbound = outboundOf(config);
  if (outbound.kind === 'problems') return outbound;
  const { egress } = outbound;
  const opened = openConfiguredSecrets(config, egress);
  const flaws = opened.kind === 'problems' ? opened.problems : await opened.secrets.inspect();
  if (policy.kind === 'problems' || opened.kind === 'problems' || flaws.length > 0)
    return {
      kind: 'problems',
      problems: [...(policy.kind === 'problems' ? policy.problems : []), ...flaws],
    };
  const { secrets } = opened;
  const shadow = await openShadow(config);
  if (shadow.kind === 'problems') return shadow;
  const approvals = await openApprovals(
    config,
    (reference, reader) => secretFor(secrets, reference, reader),
    client,
  );
  if (approvals.kind === 'problems') return approvals;
  const unmet = await unmetBy(config);
  if (unmet.length > 0) return { kind: 'problems', problems: unmet };
  const evidence = await openEvidence(config, secrets, egress);
  const ledger = await ledgerOrFault(config, secrets);
  if (typeof ledger === 'string') return { kind: 'problems', problems: [ledger] };
  const record = {
    byRun: (chain: string) => ledger.byRun(chain),
    plan: (digest: string) => ledger.get('plan', digest),
  };
  const made = createConnectors(config.connectors, { evidence, record, egress });
  const served = servedBy(config, made, only ?? null);
  if (served.kind === 'problems') {
    await ledger.close();
    return served;
  }
  const { directory } = policy;
  const world: World = {
    mode: config.mode,
    labels: config.activityIds,
    ledger,
    policy: policy.engine,
    ...(shadow.kind === 'shadow' ? { shadow: shadow.shadow } : {}),
    ...tellerOf(config, secrets),
    approvals: approvals.approvals,
    origin: (workflowId, runId) => originOf(client, workflowId, runId),
    ended: (workflowId, chain) => hasEnded(client, workflowId, chain),
    connectors: new Map(served.here.map((connector) => [connector.name, connector])),
    elsewhere: new Map(served.elsewhere.map((connector) => [connector.name, connector])),
    contracts: everyContract,
    catalogue: createCatalogue([...served.here, ...served.elsewhere]),
    queues: served.queues,
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
  return { kind: 'world', world, served, guardLines: secrets.guardLines, close: () => ledger.close() };
}

/** Policies that ask for what this deployment cannot prove would leave every card without an answer. */
async function unmetBy({ mode, roster, principal, policies }: Config): Promise<readonly string[]> {
  const read = await readFolder(policies);
  if (read.kind === 'problems') return read.problems;
  return unmetDemands(demandsOf(read.files), { mode, roster: roster !== null, attested: principal.accept });
}

function tellerOf(config: Config, secrets: Secrets): Pick<World, 'tell'> {
  const mailing = mailingOf(config.connectors.notify);
  return mailing === null
    ? {}
    : { tell: createTeller(mailing, (reference) => secretFor(secrets, reference, 'notify')) };
}

/** Whoever configured the store can mend what is wrong with it. */
async function ledgerOrFault(config: Config, secrets: Secrets): Promise<Ledger | string> {
  let setting = '';
  try {
    // What is wrong with the password names its own setting.
    const password = await storePassword(config, secrets);
    setting = 'state: ';
    return await openStores(config.state, { password });
  } catch (error) {
    if (error instanceof StoreError) return `${setting}${error.message}`;
    throw error;
  }
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
