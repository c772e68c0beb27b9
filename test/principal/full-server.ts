/** Starts the full Temporal server in memory, with the authorization and the dynamic configuration of a test. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { stringify } from 'yaml';
import { freePorts } from '../../client/server/ports.ts';
import { launch } from '../../client/server/server-process.ts';

export interface FullServer {
  readonly address: string;
  /** Where the server's own services talk to it, without being asked who they are. */
  readonly internalAddress: string;
  connect(token: string | null): Promise<Connection>;
  stop(): Promise<void>;
}

export interface FullServerInput {
  readonly binary: string;
  /** Null: the no-op authorizer, which lets everybody in and knows nobody. */
  readonly jwksUrl: string | null;
  /** False: the authorizer is there, but takes everybody for the server itself. */
  readonly claims?: boolean;
  readonly propagation: boolean;
  readonly namespace: string;
  /** A token that may do everything; only asked for with an authorizer. */
  readonly adminToken: string | null;
}

const SERVICES = ['frontend', 'internal-frontend', 'matching', 'history', 'worker'] as const;
const LONGEST_START_MS = 60_000;

export async function startFullServer(input: FullServerInput): Promise<FullServer> {
  const folder = mkdtempSync(join(tmpdir(), 'cordon-full-server-'));
  const ports = await freePorts(SERVICES.length * 2 + 1);
  const dynamic = join(folder, 'dynamic.yaml');
  writeFileSync(dynamic, stringify(dynamicConfig(input)));
  const file = join(folder, 'server.yaml');
  writeFileSync(file, stringify(serverConfig(input, ports, dynamic)));
  const server = await launch(input.binary, [
    '--config-file',
    file,
    ...(input.jwksUrl === null ? ['--allow-no-auth'] : []),
    'start',
    ...SERVICES.flatMap((service) => ['--service', service]),
  ]);
  const address = `127.0.0.1:${ports[0]}`;
  const internalAddress = `127.0.0.1:${ports[2]}`;
  const connect = (token: string | null): Promise<Connection> =>
    Connection.connect({
      address,
      connectTimeout: '2s',
      ...(token === null ? {} : { metadata: { authorization: `Bearer ${token}` } }),
    });
  const stop = async (): Promise<void> => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  const deadline = performance.now() + LONGEST_START_MS;
  while (!server.hasEnded() && performance.now() < deadline) {
    if (await hasNamespace(() => connect(input.adminToken), input.namespace))
      return { address, internalAddress, connect, stop };
    await wait(200);
  }
  await stop();
  throw new Error(['the full server did not come up. Its last words:', ...server.words].join('\n  '));
}

/** Registers it, until it can be described. */
async function hasNamespace(connect: () => Promise<Connection>, namespace: string): Promise<boolean> {
  let connection: Connection | null = null;
  try {
    connection = await connect();
    const { workflowService } = connection;
    const register = workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
    });
    // That it exists already is fine; anything else shows in the next line.
    await register.catch(() => undefined);
    await workflowService.describeNamespace({ namespace });
    // History and matching learn of a namespace a little later than the frontend.
    await workflowService.describeTaskQueue({ namespace, taskQueue: { name: 'any' }, taskQueueType: 1 });
    return true;
  } catch {
    return false;
  } finally {
    await connection?.close();
  }
}

function dynamicConfig({ propagation }: FullServerInput): object {
  const always = (value: unknown): object => [{ value, constraints: {} }];
  return {
    'frontend.enablePrincipalPropagation': always(propagation),
    'frontend.WorkflowPauseEnabled': always(true),
    'history.transferProcessorMaxPollRPS': always(10_000),
    'history.timerProcessorMaxPollRPS': always(10_000),
    'history.visibilityProcessorMaxPollRPS': always(10_000),
    'system.namespaceCacheRefreshInterval': always('1s'),
    'frontend.workerHeartbeatsEnabled': always(false),
  };
}

function serverConfig(input: FullServerInput, ports: readonly number[], dynamic: string): object {
  const store = {
    sql: {
      user: '',
      password: '',
      pluginName: 'sqlite',
      databaseName: 'default',
      connectAddr: 'localhost',
      connectProtocol: 'tcp',
      connectAttributes: { mode: 'memory', cache: 'private' },
      maxConns: 1,
      maxIdleConns: 1,
      maxConnLifetime: '1h',
    },
  };
  const services = SERVICES.map((service, at) => [
    service,
    { rpc: { grpcPort: ports[2 * at], membershipPort: ports[2 * at + 1], bindOnLocalHost: true } },
  ]);
  return {
    log: { stdout: true, level: 'error' },
    persistence: {
      defaultStore: 'main',
      visibilityStore: 'visibility',
      numHistoryShards: 1,
      datastores: { main: store, visibility: store },
    },
    global: {
      membership: { maxJoinDuration: '30s', broadcastAddress: '127.0.0.1' },
      ...(input.jwksUrl === null
        ? {}
        : { authorization: authorizationBy(input.jwksUrl, input.claims ?? true) }),
    },
    services: Object.fromEntries(services),
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: {
        active: {
          enabled: true,
          initialFailoverVersion: 1,
          rpcName: 'frontend',
          rpcAddress: `localhost:${ports[0]}`,
        },
      },
    },
    dcRedirectionPolicy: { policy: 'noop' },
    dynamicConfigClient: { filepath: dynamic, pollInterval: '10s' },
  };
}

function authorizationBy(jwksUrl: string, claims: boolean): object {
  return {
    authorizer: 'default',
    claimMapper: claims ? 'default' : '',
    jwtKeyProvider: { keySourceURIs: [jwksUrl], refreshInterval: '1m' },
  };
}
