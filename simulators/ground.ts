/** What one of the device playbooks is shown on, simulated or real: broken into, reachable, and ready to say how it stands. */
import type { JsonObject } from '../workflows/language/json.ts';
import type { Fact } from './device/facts.ts';
import type { Keep } from './reachable.ts';
import type { Effect } from './simulator.ts';

/** What a device prints of its own settings. */
export interface Printed {
  readonly command: string;
  readonly lines: readonly string[];
}

/** What a playbook is started with, and what is seen of it. */
export interface Stage {
  /** The channel is whatever the asset list knows. */
  context(keep: Keep, channel: string): JsonObject;
  facts(): Promise<readonly Fact[]>;
  /** Of real devices, which keep no log of what took effect. */
  printed(): Promise<readonly Printed[]>;
  /** Of simulated ones, in the order in which they took effect. */
  effects(): readonly Effect[];
}

/** The same on another device, by a playbook that fits it. */
export interface Sequel extends Stage {
  readonly playbook: string;
  /** For headings, and for whoever watches. */
  readonly device: string;
  readonly opening: string;
}

export interface Ground extends Stage {
  /** Sections of `connectors` in cordon.yaml. */
  settings(keep: Keep): JsonObject;
  readonly sequel: Sequel | null;
}
