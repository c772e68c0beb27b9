/** One Temporal connection, where Temporal's own variables and profile file say. */
import { hostname, userInfo } from 'node:os';
import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { EXIT, type ExitCode } from './exit.ts';
import { complain, type Terminal } from './terminal.ts';
import { explain } from './trouble.ts';

export interface Temporal {
  readonly client: Client;
  readonly address: string;
  readonly namespace: string;
}

type Opened =
  | ({ readonly kind: 'open'; readonly close: () => Promise<void> } & Temporal)
  | { readonly kind: 'unreachable'; readonly message: string };

/** Where a server that nobody configured listens. */
const DEFAULT_ADDRESS = '127.0.0.1:7233';
/** Also refused connections are tried again until then. */
const PATIENCE = '3 seconds';

/** Runs `work` with a connection and closes it; trouble on the way is told in words, with exit code 1. */
export async function withTemporal(
  terminal: Terminal,
  work: (temporal: Temporal) => Promise<ExitCode>,
): Promise<ExitCode> {
  const opened = await openTemporal();
  if (opened.kind === 'unreachable') return complain(terminal, [opened.message], EXIT.failed);
  try {
    return await work(opened);
  } catch (error) {
    const message = explain(error);
    if (message === null) throw error;
    return complain(terminal, [message], EXIT.failed);
  } finally {
    await opened.close();
  }
}

export async function openTemporal(): Promise<Opened> {
  const configured = configuration();
  if (configured.kind === 'unreachable') return configured;
  const { connectionOptions, namespace } = configured;
  const { address } = connectionOptions;
  try {
    const connection = await Connection.connect({ ...connectionOptions, connectTimeout: PATIENCE });
    const client = new Client({ connection, namespace, identity: ownIdentity() });
    return { kind: 'open', client, address, namespace, close: () => connection.close() };
  } catch {
    return { kind: 'unreachable', message: unreachable(address) };
  }
}

function configuration():
  | {
      readonly kind: 'configured';
      readonly connectionOptions: Parameters<typeof Connection.connect>[0] & { readonly address: string };
      readonly namespace: string;
    }
  | { readonly kind: 'unreachable'; readonly message: string } {
  try {
    const { connectionOptions, namespace } = loadClientConnectConfig();
    const address = connectionOptions.address ?? DEFAULT_ADDRESS;
    return {
      kind: 'configured',
      connectionOptions: { ...connectionOptions, address },
      namespace: namespace ?? 'default',
    };
  } catch {
    return {
      kind: 'unreachable',
      message:
        'the Temporal profile cannot be read; check TEMPORAL_PROFILE, TEMPORAL_CONFIG_FILE and the file they name, or unset them',
    };
  }
}

function unreachable(address: string): string {
  return [
    `no Temporal server answers at ${address}.`,
    '  Start one, with a worker and simulators, in another terminal:  npm run -s cordon -- dev',
    '  Or name one that runs already:                                 TEMPORAL_ADDRESS=host:port',
  ].join('\n');
}

/** Shown in Temporal beside what we sent; free text, and never taken for who somebody is. */
function ownIdentity(): string {
  return `cordon:${userName()}@${hostname()}`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // An unnamed user id, as in many containers.
    return 'unknown';
  }
}
