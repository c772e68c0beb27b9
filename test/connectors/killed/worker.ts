/**
 * A worker that shall be killed in the middle of a call. It loads what it needs, says so, and takes up the one order
 * that comes as a line of JSON. Only one that nobody has killed says what came of it.
 */
import { createInterface } from 'node:readline';
import type { Config } from '../../../worker/config.ts';
import { openLife, takeUp, type Life, type Order } from './life.ts';

export interface Errand {
  /** As its cordon.yaml was understood: to read it again would take longer than the call. */
  readonly config: Config;
  readonly order: Order;
  /** It gets no further than to what came of the call: that is never recorded. */
  readonly mute: boolean;
}

/** A life whose store is asked to keep the result, and from then on does not answer. */
function muted({ world, ...life }: Life): Life {
  const finish = (): Promise<never> => {
    process.stdout.write('acted\n');
    return new Promise(() => undefined);
  };
  return { ...life, world: { ...world, ledger: { ...world.ledger, finish } } };
}

process.stdout.write('ready\n');
for await (const line of createInterface({ input: process.stdin })) {
  const { config, order, mute } = JSON.parse(line) as Errand;
  const life = await openLife(config);
  const result = await takeUp(mute ? muted(life) : life, order);
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
