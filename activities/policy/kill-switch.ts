/**
 * The kill switch. A file: while it is there, everything stands still, or what its YAML names
 * (`{connectors: […], playbooks: […]}`). A folder: a file in it called `connector-<name>` or `playbook-<id>` stops
 * that one, any other file everything. What cannot be read or is not understood stops everything.
 */
import { lstat, readdir, readFile } from 'node:fs/promises';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { codeOf } from './set-files.ts';

export interface Stoppable {
  readonly connector: string;
  readonly playbook: string;
}

/** Reads the switch, now. The reason, or null when it is off. MUST be asked again before every decision and act. */
export type KillSwitch = (what: Stoppable) => Promise<string | null>;

const ALL = 'the kill switch is on: nothing acts until it is off';

const stops = z.strictObject({
  connectors: z.array(z.string()).default([]),
  playbooks: z.array(z.string()).default([]),
});

/** Null: there is no switch. */
export function killSwitchAt(path: string | null): KillSwitch {
  if (path === null) return async () => null;
  /** Once a folder, always a folder: if it goes missing nobody can tell what was in it. */
  let folder = false;
  return async (what) => {
    try {
      const found = await lstat(path);
      folder ||= found.isDirectory();
      if (found.isDirectory()) return stoppedBy(await readdir(path), what);
      return found.isFile() ? stoppedIn(await readFile(path, 'utf8'), what) : ALL;
    } catch (error) {
      return codeOf(error) === 'ENOENT' && !folder ? null : ALL;
    }
  };
}

function stoppedBy(files: readonly string[], { connector, playbook }: Stoppable): string | null {
  if (files.some((file) => !/^(?:connector|playbook)-/.test(file))) return ALL;
  if (files.includes(`connector-${connector}`)) return stoppedConnector(connector);
  return files.includes(`playbook-${playbook}`) ? stoppedPlaybook(playbook) : null;
}

const LARGEST = 64 * 1024;

function stoppedIn(text: string, { connector, playbook }: Stoppable): string | null {
  if (text.trim() === '' || text.length > LARGEST) return ALL;
  const read = stops.safeParse(parseYaml(text, { maxAliasCount: 0, prettyErrors: false }));
  // A list that names nothing was meant to stop something.
  if (!read.success || (read.data.connectors.length === 0 && read.data.playbooks.length === 0)) return ALL;
  if (read.data.connectors.includes(connector)) return stoppedConnector(connector);
  return read.data.playbooks.includes(playbook) ? stoppedPlaybook(playbook) : null;
}

function stoppedConnector(name: string): string {
  return `the kill switch of connector ${name} is on: it does nothing until that is off`;
}

function stoppedPlaybook(id: string): string {
  return `the kill switch of playbook ${id} is on: it does nothing until that is off`;
}
