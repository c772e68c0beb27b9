/** What a kind of router must be able to say and do; one file per dialect. */
import type { Json, JsonObject } from '../../../workflows/language/json.ts';
import type { Facet } from '../ssh/facet.ts';
import type { Command, Shape } from '../ssh/command.ts';
import type { Got } from '../ssh/failure.ts';
import type { Service } from './config.ts';

/** Service to whatever the dialect must know to switch it back on exactly. */
export type Services = JsonObject & { readonly [service: string]: Json };
export type Acl = JsonObject & { readonly rules: readonly string[] };
export type Logging = JsonObject & { readonly [option: string]: Json };

export interface Wish<S extends JsonObject> {
  readonly facet: Facet<S>;
  goal(now: S): S;
}

export type Level = 'error' | 'warning' | 'notice' | 'informational' | 'debug';
export type Direction = 'inbound' | 'outbound';

export interface Dialect {
  /** Prints the whole configuration. */
  readonly config: Shape;
  /** The configuration as one setting a line, comparable whatever its order. */
  settings(config: string): readonly string[];
  /** Refused for a service that this kind of router has no handle for. */
  services(wanted: readonly Service[]): Got<Facet<Services>>;
  isOff(service: Service, state: Json | undefined): boolean;
  /** The service's state once it is off. */
  off(service: Service): Json;
  /** Refused for a rule that this kind of router cannot keep. */
  acl(direction: Direction, rules: readonly string[]): Got<Wish<Acl>>;
  aclFacet(direction: Direction): Facet<Acl>;
  logging(server: string, level: Level): Got<Wish<Logging>>;
  readonly loggingFacet: Facet<Logging>;
  setPassword(user: string, password: string): Got<Command>;
  /** Null: this dialect installs no images. */
  readonly firmware: FirmwareSteps | null;
}

export interface FirmwareSteps {
  readonly version: Shape;
  versionIn(printed: string): string | null;
  /** Ends with 0 where a second image is there to fall back to. */
  readonly secondImage: Shape;
  /** Takes the URL; leaves the image where the others find it. */
  readonly stage: Shape;
  readonly checksum: Shape;
  readonly rehearse: Shape;
  /** The device restarts; the connection is lost. */
  readonly install: Shape;
}
