/** Which connectors a worker process serves, and from which task queues. */
import type { Connector } from '../activities/connectors/connector.ts';
import { shipped } from '../activities/connectors/shipped.ts';
import { didYouMean } from '../workflows/language/suggest.ts';
import type { Config } from './config.ts';

export interface OwnQueue {
  readonly connector: string;
  readonly taskQueue: string;
  /** Calls that may begin each second, over all workers; null: no limit. */
  readonly perSecond: number | null;
}

export interface Served {
  readonly kind: 'served';
  /** What this process may call. */
  readonly here: readonly Connector[];
  /** Known to plans by what they say of themselves; others call them. */
  readonly elsewhere: readonly Connector[];
  /** Queues of connectors that are polled here, beside the common one. */
  readonly polled: readonly OwnQueue[];
  /** By connector: where runs send its calls. Connectors without one are called from the common queue. */
  readonly queues: ReadonlyMap<string, string>;
}

type Configured = Pick<Config, 'taskQueue' | 'queues' | 'connectors'>;

/** `made`: every connector that is configured. `only`: those that this process is for; null where it is for all. */
export function servedBy(
  config: Configured,
  made: readonly Connector[],
  only: readonly string[] | null,
): Served | { readonly kind: 'problems'; readonly problems: readonly string[] } {
  const problems = only === null ? unserved(config, made) : only.flatMap((name) => unfit(config, made, name));
  if (problems.length > 0) return { kind: 'problems', problems };
  const own = (connector: Connector): OwnQueue => ({
    connector: connector.name,
    taskQueue: queueOf(config, connector.name),
    perSecond: config.queues[connector.name]?.perSecond ?? connector.perSecond ?? null,
  });
  const queues = new Map(Object.keys(config.queues).map((name) => [name, queueOf(config, name)]));
  if (only !== null) {
    const here = made.filter(({ name }) => only.includes(name));
    return { kind: 'served', here, elsewhere: [], polled: here.map(own), queues };
  }
  const isElsewhere = ({ name }: Connector): boolean => config.queues[name]?.elsewhere === true;
  const here = made.filter((connector) => !isElsewhere(connector));
  return {
    kind: 'served',
    here,
    elsewhere: shipped(config.connectors).connectors.filter(isElsewhere),
    polled: here.filter(({ name }) => queues.has(name)).map(own),
    queues,
  };
}

function queueOf({ taskQueue }: Configured, connector: string): string {
  return `${taskQueue}.${connector}`;
}

/** Calls that nobody would ever take up. */
function unserved({ queues }: Configured, made: readonly Connector[]): readonly string[] {
  return Object.entries(queues)
    .filter(([name, { elsewhere }]) => !elsewhere && !made.some((connector) => connector.name === name))
    .map(
      ([name]) =>
        `queues.${name}: the connector is not configured here; configure it under connectors, or say elsewhere: true where other workers serve it`,
    );
}

function unfit({ connectors }: Configured, made: readonly Connector[], name: string): readonly string[] {
  if (made.some((connector) => connector.name === name)) return [];
  const names = shipped(connectors).connectors.map((connector) => connector.name);
  return names.includes(name)
    ? [`--connectors: ${name} is not configured; give it its section under connectors`]
    : [
        `--connectors: there is no connector ${JSON.stringify(name)}. ${didYouMean(name, names, 'connectors')}`,
      ];
}
