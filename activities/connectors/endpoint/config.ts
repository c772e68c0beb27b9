/** Linux devices that Cordon may look into and act on over SSH. */
import type { SshTarget } from '../ssh/target.ts';

export interface Endpoint {
  readonly ssh: SshTarget;
  /** Files that are collected as evidence, by absolute path. */
  readonly files: readonly string[];
  /** Logs whose ends are collected, by absolute path. */
  readonly logs: readonly string[];
}

export interface EndpointConfig {
  /** By device id, in lower case. */
  readonly devices: { readonly [device: string]: Endpoint };
  /** Where the logs of osquery are read; null: on the device itself. */
  readonly collector: SshTarget | null;
  /** Folders in which logs of osquery may lie; nothing outside them is read. */
  readonly logFolders: readonly string[];
  /** A rules file in place of the shipped one. */
  readonly rulesFile: string | null;
}

/** Null for a path that is not absolute, climbs, or is not within the folders. */
export function pathWithin(folders: readonly string[], path: string): string | null {
  const parts = path.split('/');
  if (!path.startsWith('/') || parts.some((part) => part === '..' || part === '.')) return null;
  const inside = folders.some(
    (folder) => path === folder || path.startsWith(`${folder.replace(/\/$/, '')}/`),
  );
  return inside ? path : null;
}
