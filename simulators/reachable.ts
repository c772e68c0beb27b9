/** A device as whoever may use it reaches it, simulated or real: over SSH on loopback, with its key pinned. */
import type { JsonObject } from '../workflows/language/json.ts';

export interface Reachable {
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly user: string;
  /** As `ssh-keygen -lf` prints it. */
  readonly hostKey: string;
  /** A private key that may sign in. */
  readonly clientKey: string;
  /** Where it keeps notes for undo, if not in the usual place. */
  readonly stateFolder?: string;
}

/** Keeps a secret and gives its reference. */
export type Keep = (name: string, value: string) => string;

/** The section `ssh` of a device in cordon.yaml. */
export function sshSection(name: string, device: Reachable, keep: Keep): JsonObject {
  const { host, port, user, hostKey, clientKey, stateFolder } = device;
  const more = stateFolder === undefined ? {} : { state_folder: stateFolder };
  return { host, port, user, host_key: hostKey, key: keep(name, clientKey), ...more };
}
