/**
 * Can this server say who sent something? Asked before a worker takes any work, because the answer is in no
 * setting that a client may read: we start a run of our own that nobody works on, look at whether the server
 * wrote our own principal beside its first event, and end it. It stays behind as a terminated run.
 */
import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { Principal } from '../activities/approvals/roster.ts';
import { principalOf } from './ballot-box.ts';

export type Probed =
  /** Whom the server takes this worker for. */
  | { readonly kind: 'attests'; readonly principal: Principal }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

/** The first version that writes principals down. */
const OLDEST_MINOR = 31;
const PROBE = 'cordon_attestation_probe';

/** Throws when Temporal cannot be reached or does not let us start a run. */
export async function probeAttestation(client: Client, taskQueue: string): Promise<Probed> {
  const { serverVersion } = await client.workflowService.getSystemInfo({});
  const version = serverVersion || 'of unknown version';
  if (!isNewEnough(version))
    return problem(
      `server ${version} cannot say who sent a vote; use Temporal server 1.${OLDEST_MINOR} or newer`,
    );
  const principal = await ownPrincipal(client, taskQueue);
  if (principal === null)
    return problem(`server ${version} does not say who sent a vote; ${settings(client)}`);
  if (principal.type === 'temporal')
    return problem(
      'this is the internal frontend of the server, which takes everybody for the server itself; set TEMPORAL_ADDRESS to its public frontend',
    );
  return { kind: 'attests', principal };
}

function isNewEnough(version: string): boolean {
  const [, major = '0', minor = '0'] = /^(\d+)\.(\d+)\./.exec(version) ?? [];
  return Number(major) > 1 || (Number(major) === 1 && Number(minor) >= OLDEST_MINOR);
}

async function ownPrincipal(client: Client, taskQueue: string): Promise<Principal | null> {
  const workflowId = `cordon-attestation-probe-${randomUUID()}`;
  const handle = await client.workflow.start(PROBE, {
    // A queue that nobody polls: the run must not reach a worker.
    taskQueue: `${taskQueue}-attestation-probe`,
    workflowId,
    workflowExecutionTimeout: '1 minute',
    args: [],
  });
  try {
    const { history } = await client.workflowService.getWorkflowExecutionHistory({
      namespace: client.options.namespace,
      execution: { workflowId, runId: handle.firstExecutionRunId },
      maximumPageSize: 1,
    });
    const [started] = history?.events ?? [];
    return started === undefined ? null : principalOf(started);
  } finally {
    await handle.terminate('the probe is over');
  }
}

/** Exactly what to change, in the server's own words. */
function settings(client: Client): string {
  return [
    'set in the server configuration: global.authorization.authorizer: default,',
    'global.authorization.claimMapper: default,',
    'global.authorization.jwtKeyProvider.keySourceURIs: [the JWKS address of your identity provider];',
    `and in the dynamic configuration: frontend.enablePrincipalPropagation: true for namespace ${client.options.namespace};`,
    'or set principal.accept: false in cordon.yaml and prove votes another way',
  ].join(' ');
}

function problem(text: string): Probed {
  return { kind: 'problems', problems: [`principal.accept: ${text}`] };
}
