/** Where an action takes effect: providers and devices that live longer than the workers that speak to them. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { stringify } from 'yaml';
import type { SimulatedDevice } from '../../../simulators/device/server.ts';
import type { Keep } from '../../../simulators/device/site.ts';
import type { Json, JsonObject } from '../../../workflows/language/json.ts';
import { loadConfig, type Config } from '../../../worker/config.ts';
import type { Relay } from './relay.ts';

/**
 * When a worker dies. request: what it sent has not come to anybody. answer: the change was made, and the word of it
 * is on its way. question: it has asked how things stand, and was not told. record: it knows all, and has not kept it.
 */
export type Moment = 'request' | 'answer' | 'question' | 'record';

/** Which request of an action makes its change; of HTTP the request line, of a device a part of the line. */
export interface Telling {
  readonly writes?: RegExp;
  readonly asks?: RegExp;
  readonly changes?: string;
}

export interface Place {
  /** Sections of cordon.yaml. */
  settings(keep: Keep): JsonObject;
  /** How many changes took effect so far. */
  effects(): number;
  /** What a person would compare before and after. */
  state(): Json;
  /** Nothing of this moment passes from now on. Resolves when something was withheld. */
  hold(moment: Exclude<Moment, 'record'>, telling: Telling): Promise<void>;
  letGo(): void;
  close(): Promise<void>;
}

/** Tokens are asked for by POST as well. */
const WRITES = /^(?:POST|PUT|PATCH|DELETE) (?!\S*\/token\b)|^MAIL$/;
const ASKS = /^GET /;

export function holdingHttp(relay: Relay, effects: () => number): Pick<Place, 'hold' | 'letGo'> {
  return {
    hold(moment, { writes = WRITES, asks = ASKS }) {
      const made = effects();
      const came = relay.requests().length;
      switch (moment) {
        case 'request':
          return relay.holdRequests((line) => writes.test(line));
        case 'answer':
          return relay.holdAnswers(() => effects() > made);
        case 'question':
          return relay.holdAnswers(() =>
            relay
              .requests()
              .slice(came)
              .some((line) => asks.test(line)),
          );
        default:
          return moment satisfies never;
      }
    },
    letGo: () => relay.letGo(),
  };
}

export function holdingDevice(device: SimulatedDevice, relay: Relay): Pick<Place, 'hold' | 'letGo'> {
  return {
    hold(moment, { changes = '' }) {
      const made = device.effects().length;
      const came = device.lines().length;
      switch (moment) {
        case 'request':
          device.fault({ kind: 'hang', match: changes, times: 1 });
          return asked(device, changes);
        case 'answer':
          return relay.holdAnswers(() => device.effects().length > made);
        case 'question':
          return relay.holdAnswers(() => device.lines().length > came);
        default:
          return moment satisfies never;
      }
    },
    letGo: () => relay.letGo(),
  };
}

async function asked(device: SimulatedDevice, changes: string): Promise<void> {
  const before = device.lines().length;
  while (
    !device
      .lines()
      .slice(before)
      .some((line) => line.includes(changes))
  )
    await pause(5);
}

export interface Home {
  readonly config: Config;
  remove(): void;
}

/** A deployment's folder with its configuration and its secrets. Throws for a configuration with faults. */
export function settle({ settings }: Pick<Place, 'settings'>): Home {
  const folder = mkdtempSync(join(tmpdir(), 'cordon-killed-'));
  const secrets = join(folder, 'credentials');
  mkdirSync(secrets, { mode: 0o700 });
  chmodSync(secrets, 0o700);
  const keep: Keep = (name, value) => {
    writeFileSync(join(secrets, name), value, { mode: 0o600 });
    return `secret://file/${name}`;
  };
  const file = join(folder, 'cordon.yaml');
  const { secrets: more, ...sections } = settings(keep);
  const usual = { mode: 'development', state: 'cordon.db', evidence: 'evidence' };
  const kept = { file: 'credentials', kept: 'kept', ...(more as JsonObject | undefined) };
  writeFileSync(file, stringify({ ...usual, secrets: kept, ...sections }), { mode: 0o600 });
  const loaded = loadConfig({ file, env: {} });
  if (loaded.kind === 'problems') throw new Error(loaded.problems.join('\n'));
  return {
    config: loaded.config,
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }),
  };
}
