/** What a search for a Temporal server can end in, and how a fruitless one reads. */
import type { ClientConnectConfig } from '@temporalio/envconfig';

/** A server that runs already, as the environment or a profile file names it. */
export interface Address {
  readonly kind: 'address';
  readonly address: string;
  readonly namespace: string;
  readonly connectionOptions: ClientConnectConfig['connectionOptions'];
}

/** A program that can be started as a server. */
export interface Binary {
  readonly kind: 'binary';
  readonly path: string;
  readonly how: 'path' | 'cache' | 'download' | 'go';
}

/** One way that led nowhere. */
export interface Missed {
  readonly kind: 'missed';
  readonly way: string;
  readonly why: string;
  readonly remedy: string;
}

export interface None {
  readonly kind: 'none';
  readonly tried: readonly Missed[];
}

export function missed(way: string, why: string, remedy: string): Missed {
  return { kind: 'missed', way, why, remedy };
}

/** Every way tried, why it failed and what to do about it, as text for a terminal. */
export function explainNone({ tried }: None): string {
  const ways = tried.map(({ way, why, remedy }, n) => `  ${n + 1}. ${way}: ${why}\n     ${remedy}`);
  return ['No Temporal server was found, and none could be installed. Tried, in this order:', ...ways].join(
    '\n',
  );
}
