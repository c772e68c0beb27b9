/** The people of a playground: a roster in its folder, and a key file for each of them beside it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { writeNewKey, type ApproverKey } from '../keys/key-file.ts';

export interface Resident {
  readonly id: string;
  readonly name: string;
  readonly groups: readonly string[];
  readonly mail?: string;
  readonly break_glass?: boolean;
}

export interface Residents {
  readonly rosterFile: string;
  readonly keyFiles: ReadonlyMap<string, string>;
  readonly keys: ReadonlyMap<string, ApproverKey>;
}

/** Throws when the folder is not empty of keys: a playground begins anew. */
export function writePeople(folder: string, people: readonly Resident[]): Residents {
  const home = join(folder, 'keys');
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const keyFiles = new Map<string, string>();
  const keys = new Map<string, ApproverKey>();
  for (const { id } of people) {
    const file = join(home, `${id}.pem`);
    const made = writeNewKey(file, null);
    if (made.kind !== 'key') throw new Error(made.kind === 'problem' ? made.problem : 'a new key is locked');
    keyFiles.set(id, file);
    keys.set(id, made.key);
  }
  const roster = {
    persons: people.map((one) => ({ ...one, keys: [{ key: keys.get(one.id)?.publicKey ?? '' }] })),
    groups: Object.fromEntries(people.flatMap(({ groups }) => groups).map((group) => [group, {}])),
  };
  const rosterFile = join(folder, 'roster.yaml');
  writeFileSync(rosterFile, stringify(roster), { mode: 0o600 });
  return { rosterFile, keyFiles, keys };
}
