/** An action as the laws about killed workers know it. */
import type { Performance } from '../../../activities/connectors/connector.ts';
import type { World } from '../../../activities/world.ts';
import type { JsonObject } from '../../../workflows/language/json.ts';
import type { Result } from '../../../workflows/ports.ts';
import type { Place, Telling } from './place.ts';

export interface Action<P extends Place = Place> extends Telling {
  readonly connector: string;
  readonly type: string;
  /** What tells it from others of its type. */
  readonly where?: string;
  readonly input: (place: P) => JsonObject | Promise<JsonObject>;
  /** Changes that one call makes; 0: it only reads. */
  readonly effects: number;
  /** Where a repeat has to make some of them anew, because the answer that was lost cannot be had again. */
  readonly effectsOfRepeat?: number;
  /** Another call does it anew, whatever there is. */
  readonly anew?: true;
  /** Nobody outside is asked or told: it reads and writes what is ours. */
  readonly local?: true;
  /** Where its connector takes it back only as it is configured here. */
  readonly undoable?: true;
  /** Somebody else brings it into another state from which it can be done as well. */
  readonly meanwhile?: (place: P) => void;
  /** In the place of what the connector says of itself, for what must be found out. */
  readonly declared?: Pick<Performance, 'repeat'>;
  /** What the next worker is like, where it is not like the dead one. */
  readonly next?: (world: World) => World;
  /** What must be so besides, once it is done. */
  readonly sound?: (place: P, result: Result, world: World) => void | Promise<void>;
}

export function nameOf({ connector, type, where }: Pick<Action, 'connector' | 'type' | 'where'>): string {
  return `${connector} ${type}${where === undefined ? '' : ` (${where})`}`;
}

/** A field of what a call gave. */
export function textOf(result: Result, field: string): string {
  const value = result.kind === 'done' ? result.output[field] : null;
  if (typeof value !== 'string') throw new Error(`no ${field} in ${JSON.stringify(result)}`);
  return value;
}
