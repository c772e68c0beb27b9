/** Every connector that is shipped, with all it can do; for `cordon connectors` and for the README. */
import { createCatalogue } from '../../activities/catalogue/index.ts';
import type { Config } from '../../worker/config.ts';
import { shipped } from '../../activities/connectors/shipped.ts';

export interface ActionLine {
  readonly task_type: string;
  readonly summary: string;
  readonly reversibility: 'none' | 'A' | 'B' | 'C';
  /** Can be taken back through the connector. */
  readonly undo: boolean;
  readonly repeat: 'natural' | 'marker' | 'none';
  readonly timeout_seconds: number;
  readonly scopes: readonly string[];
}

export interface ConnectorLine {
  readonly connector: string;
  readonly configured: boolean;
  /** Calls that may begin each second where it has a queue of its own; null: no limit of ours. */
  readonly per_second: number | null;
  readonly actions: readonly ActionLine[];
}

export function connectorList(config: Pick<Config, 'connectors'>): readonly ConnectorLine[] {
  const { connectors, ready } = shipped(config.connectors);
  const catalogue = createCatalogue(connectors);
  return connectors.map(({ name, performs, perSecond }) => ({
    connector: name,
    configured: ready.has(name),
    per_second: perSecond ?? null,
    actions: Object.entries(performs).map(([type, performance]) => ({
      task_type: type,
      summary: catalogue.get(type)?.summary ?? '',
      reversibility: performance.reversibility,
      undo: performance.undo !== undefined,
      repeat: performance.repeat,
      timeout_seconds: performance.timeoutMs / 1000,
      scopes: performance.scopes,
    })),
  }));
}
