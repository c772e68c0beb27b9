/** Starts a development server of our own on this machine, and makes sure that it ends with us. */
import { explainNone, findBinary } from './find.ts';
import { startArguments, type ServerShape } from './flags.ts';
import { becomesHealthy } from './health.ts';
import { freePorts, isFree } from './ports.ts';
import { launch } from './server-process.ts';

const NAMESPACE = 'default';
/** A start takes about three seconds; a busy machine may need many times that. */
const LONGEST_START_MS = 60_000;
const STARTS = 3;

export interface StartOptions {
  /** A free port of 127.0.0.1 where absent. */
  readonly port?: number;
  readonly uiPort?: number;
  /** Without a web interface; the default. */
  readonly headless?: boolean;
  readonly dbFile?: string;
  /** The program; found, or installed, where absent. */
  readonly binary?: string;
  /** Receives the server's own output, line by line. */
  readonly log?: (line: string) => void;
}

export interface RunningServer {
  readonly address: string;
  readonly uiUrl: string | null;
  readonly namespace: string;
  readonly pid: number;
  readonly binary: string;
  /** Returns when the server has ended. May be called again. */
  stop(): Promise<void>;
}

/**
 * Returns when the server answers for its namespace and the search attributes exist. Throws with every way
 * tried when there is no server program, and with the server's last words when it does not come up.
 */
export async function startServer(options: StartOptions = {}): Promise<RunningServer> {
  // Whoever listens there would answer for the server that we start, and be taken for it.
  for (const port of [options.port, options.uiPort])
    if (port !== undefined && !(await isFree(port)))
      throw new Error(`port ${port} of 127.0.0.1 is taken: end what listens there, or ask for another port`);
  const binary = options.binary ?? (await ownBinary());
  for (let start = 1; ; start += 1) {
    const running = await attempt(binary, options);
    if (!('failure' in running)) return running;
    // Somebody else took the port between our looking and the server's listening: others are free.
    const again = options.port === undefined && /address already in use|can't bind/i.test(running.failure);
    if (!again || start === STARTS) throw new Error(running.failure);
  }
}

async function ownBinary(): Promise<string> {
  const found = await findBinary();
  if (found.kind === 'none') throw new Error(explainNone(found));
  return found.path;
}

async function attempt(binary: string, options: StartOptions): Promise<RunningServer | { failure: string }> {
  const [freePort = 0, freeUiPort = 0] = await freePorts(2);
  const port = options.port ?? freePort;
  const withUi = options.headless === false || options.uiPort !== undefined;
  const uiPort = withUi ? (options.uiPort ?? freeUiPort) : null;
  const shape: ServerShape = { port, uiPort, ...(options.dbFile ? { dbFile: options.dbFile } : {}) };
  const server = await launch(binary, startArguments(shape), options.log);

  const address = `127.0.0.1:${port}`;
  const deadline = performance.now() + LONGEST_START_MS;
  const over = (): boolean => server.hasEnded() || performance.now() > deadline;
  const healthy = await becomesHealthy(address, NAMESPACE, over);
  if (healthy && !server.hasEnded()) {
    const uiUrl = uiPort === null ? null : `http://127.0.0.1:${uiPort}`;
    return { address, uiUrl, namespace: NAMESPACE, pid: server.pid, binary, stop: server.stop };
  }
  const late = `did not answer within ${LONGEST_START_MS / 1000} s`;
  const how = server.hasEnded() ? 'ended while it started' : late;
  await server.stop();
  const said = ['Its last words:', ...server.words].join('\n  ');
  return { failure: `the Temporal server ${binary} on ${address} ${how}. ${said}` };
}
