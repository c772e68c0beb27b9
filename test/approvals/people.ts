/** Persons with keys, the roster that lists them, and words that they sign. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateKeyPairSync } from 'node:crypto';
import { stringify } from 'yaml';
import { createApprovals, type Approvals, type ApprovalsInput } from '../../activities/approvals/index.ts';
import { createRosterSource, type RosterSource } from '../../activities/approvals/roster-source.ts';
import { keyId } from '../../activities/approvals/roster-index.ts';
import { subjectOf } from '../../activities/approvals/statement.ts';
import type { ApproverKey } from '../../client/keys/key-file.ts';
import { signStatement } from '../../client/keys/sign.ts';
import type { JsonObject } from '../../workflows/language/json.ts';
import type { Message, RunRef } from '../../workflows/ports.ts';

export function newKey(): ApproverKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return { id: keyId(der), privateKey, publicKey: der.toString('base64') };
}

export interface Listed {
  readonly id: string;
  readonly key?: ApproverKey;
  readonly groups?: readonly string[];
  readonly [field: string]: unknown;
}

export const ISSUER = 'https://login.corp.example';

/** Writes a roster into the folder; what is not said of a person is left out. */
export function writeRoster(folder: string, persons: readonly Listed[], more: JsonObject = {}): string {
  const groups = new Set(persons.flatMap((one) => one.groups ?? []));
  const list = {
    persons: persons.map(({ id, key, ...rest }) => ({
      id,
      name: `Person ${id}`,
      ...(key === undefined ? {} : { keys: [{ key: key.publicKey }] }),
      ...rest,
    })),
    groups: Object.fromEntries([...groups].map((group) => [group, {}])),
    ...more,
  };
  const file = join(folder, 'roster.yaml');
  writeFileSync(file, stringify(list), { mode: 0o600 });
  return file;
}

export function rostersFrom(file: string): RosterSource {
  return createRosterSource(file, null);
}

export function approvalsWith(rosters: RosterSource, more: Partial<ApprovalsInput> = {}): Approvals {
  return createApprovals({
    rosters,
    idToken: null,
    massTargets: 10,
    mostPerHour: 30,
    notices: null,
    ...more,
  });
}

/** The same word, signed by whoever has this key. */
export function signed<M extends Message>(message: M, key: ApproverKey, run: RunRef): M {
  const { digest } = subjectOf(message, run, null);
  const { kind: decision, by, reason } = message;
  return { ...message, proof: signStatement(key, { decision, subject: digest, by, reason }) };
}
