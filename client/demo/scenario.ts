/** What the demo shows: one world per playbook, each broken into, contained and looked at in the same way. */
import type { JsonObject } from '../../workflows/language/json.ts';
import type { RunReport } from '../../workflows/walk/report.ts';
import type { Fact } from '../../simulators/device/facts.ts';
import type { Ground, Printed } from '../../simulators/ground.ts';
import type { Effect } from '../../simulators/simulator.ts';
import type { Playground } from '../playground/playground.ts';
import { deviceScenario } from './device.ts';
import { emailScenario, type Provider } from './email.ts';
import { routerScenario } from './router.ts';
import type { SiteName } from './site.ts';

/** One playbook, and the world that it acts on. */
export interface Plot {
  readonly playbook: string;
  /** What has happened before anybody is called. */
  readonly opening: string;
  readonly context: JsonObject;
  /** Where things are changed, for a heading. */
  readonly where: string;
  /** Does what no interface can do, and says so. */
  lastStep(workflowId: string, task: string): Promise<string>;
  effects(): readonly Effect[];
  /** What real devices print of their settings. */
  printed(): Promise<readonly Printed[]>;
  /** What came about without an effect at the provider, a line each. */
  also(report: RunReport): readonly string[];
  /** Null where there is no device to be asked. */
  readonly facts: (() => Promise<readonly Fact[]>) | null;
}

export interface Scenario extends Plot {
  /** An asset that no playbook may touch, and a start that would. */
  readonly forbidden: { readonly asset: string; readonly context: JsonObject };
  /** What is shown after it, where there is more to see. */
  readonly sequel: Plot | null;
}

export const SCENARIOS = ['email', 'device', 'router'] as const;
export type ScenarioName = (typeof SCENARIOS)[number];

/** Which of them it is, and whose mailbox or which devices it is about. */
export type Setting =
  | { readonly name: 'email'; readonly provider: Provider }
  | { readonly name: 'device' | 'router'; readonly ground: Ground; readonly site: SiteName };

/** The world is broken into when this returns. */
export function setScenario(setting: Setting, playground: Playground): Scenario {
  switch (setting.name) {
    case 'email':
      return emailScenario(playground, setting.provider);
    case 'device':
      return deviceScenario(playground, setting.ground);
    case 'router':
      return routerScenario(playground, setting.ground);
    default:
      return setting satisfies never;
  }
}
