/** How the development server is started, always. */

/** Search attributes of Cordon's runs. Without them everything works; with them runs can be searched for. */
export const SEARCH_ATTRIBUTES = {
  CordonPlaybook: 'Keyword',
  CordonCase: 'Keyword',
  CordonStatus: 'Keyword',
  CordonAwaitingApproval: 'Bool',
} as const;

/**
 * The development server has one shard, and by default polls that shard's queues 20 times a second: every
 * sequential step would wait for the next poll, 82 ms instead of 9.
 */
const DYNAMIC_CONFIG = [
  'history.transferProcessorMaxPollRPS=10000',
  'history.timerProcessorMaxPollRPS=10000',
  'history.visibilityProcessorMaxPollRPS=10000',
  'system.enableActivityEagerExecution=true',
] as const;

export interface ServerShape {
  readonly port: number;
  /** Null: no web interface. */
  readonly uiPort: number | null;
  /** Where runs outlive the server; in memory where absent. */
  readonly dbFile?: string;
}

export function startArguments({ port, uiPort, dbFile }: ServerShape): readonly string[] {
  return [
    'server',
    'start-dev',
    '--ip',
    '127.0.0.1',
    '--port',
    String(port),
    '--log-level',
    'error',
    ...(uiPort === null ? ['--headless'] : ['--ui-port', String(uiPort)]),
    ...(dbFile === undefined ? [] : ['--db-filename', dbFile]),
    ...DYNAMIC_CONFIG.flatMap((setting) => ['--dynamic-config-value', setting]),
    ...Object.entries(SEARCH_ATTRIBUTES).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]),
  ];
}
