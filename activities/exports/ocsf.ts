/**
 * Entries as OCSF events, one on each line, with the record-integrity profile (1.9, in development): each event carries a
 * fingerprint over its own canonical form and names the event before it. This is a view: what is signed and proved is the
 * log, and every event says which entry it shows.
 */
import { open } from 'node:fs/promises';
import { canonical } from '../../workflows/audit/canonical.ts';
import { instantOf } from '../../workflows/audit/instant.ts';
import type { Entry } from '../../workflows/audit/entry.ts';
import { leafHash } from '../../workflows/audit/merkle.ts';
import { hex } from '../../workflows/audit/codec.ts';
import { readEntry } from '../../workflows/audit/reading.ts';
import { nodeCodec, sha256Hex } from '../stores/codec.ts';
import { SourceError, type RecordSource } from '../verify/source.ts';
import { eachEntry } from './each-entry.ts';

const OCSF_VERSION = '1.9.0-dev';
const SHA_256 = 3;
const JCS = 2;
const HEX = 1;
const OTHER = 99;

/** What OCSF calls a thing: API Activity for what is decided and asked, Remediation Activity for what was done. */
const API_ACTIVITY = { category_uid: 6, class_uid: 6003 } as const;
const REMEDIATION_ACTIVITY = { category_uid: 7, class_uid: 7001 } as const;

const SUCCESS = { status_id: 1, status: 'Success' } as const;
const FAILURE = { status_id: 2, status: 'Failure' } as const;
const UNKNOWN = { status_id: 0, status: 'Unknown' } as const;

const FAILED: ReadonlySet<string> = new Set([
  'connector_error',
  'dag_validation_failed',
  'key_conflict',
  'policy_check_error',
  'task_blocked',
  'task_expired',
  'task_failed',
  'task_policy_failed',
  'task_rejected',
  'vote_refused',
]);

export interface Shown {
  readonly event: { readonly [name: string]: unknown };
  readonly fingerprint: string;
}

/** `leaf` is the entry's leaf hash; `before` the event of the entry before, null for the first. */
export function ocsfEvent(
  entry: Entry,
  leaf: string,
  before: { readonly uid: string; readonly fingerprint: string } | null,
): Shown {
  const { body } = entry;
  const shown = body.event === 'connector_called' ? REMEDIATION_ACTIVITY : API_ACTIVITY;
  const attestation = {
    uid: entry.id,
    authority_uid: entry.log,
    chain_uid: entry.log,
    ...(before === null
      ? {}
      : { prev_event: { uid: before.uid, fingerprint: fingerprintOf(before.fingerprint) } }),
  };
  const event = {
    ...shown,
    activity_id: OTHER,
    activity_name: body.event,
    type_uid: shown.class_uid * 100 + OTHER,
    severity_id: 1,
    ...statusOf(body.event),
    time: instantOf(body.workflow_time) ?? 0,
    metadata: {
      version: OCSF_VERSION,
      profiles: ['record_integrity'],
      product: { name: 'Cordon', vendor_name: 'Cordon' },
      uid: entry.id,
      sequence: entry.i,
      correlation_uid: body.run,
      logged_time: instantOf(entry.at) ?? 0,
      log_name: entry.log,
    },
    actor: { app_name: 'Cordon' },
    api: { operation: body.event, service: { name: body.playbook }, request: { uid: body.workflow } },
    unmapped: { leaf, case: body.case, task: body.task, coordinate: body.coordinate, details: body.details },
  };
  const text = canonical({ ...event, attestation_list: [attestation] });
  const fingerprint = sha256Hex(text);
  return {
    event: { ...event, attestation_list: [{ ...attestation, fingerprint: fingerprintOf(fingerprint) }] },
    fingerprint,
  };
}

function fingerprintOf(value: string): { readonly [name: string]: unknown } {
  return { algorithm: 'SHA-256', algorithm_id: SHA_256, encoding_id: HEX, serialization_id: JCS, value };
}

function statusOf(event: string): typeof SUCCESS | typeof FAILURE | typeof UNKNOWN {
  if (event === 'task_indeterminate') return UNKNOWN;
  return FAILED.has(event) ? FAILURE : SUCCESS;
}

/** Writes them to a new file; the number of events. Throws a `SourceError` at an entry that cannot be read. */
export async function writeOcsf(source: RecordSource, path: string): Promise<number> {
  const file = await open(path, 'wx', 0o600);
  let before: { readonly uid: string; readonly fingerprint: string } | null = null;
  let count = 0;
  try {
    await eachEntry(source, async (bytes, index) => {
      const reading = readEntry(bytes, nodeCodec);
      if (reading.kind === 'malformed')
        throw new SourceError(
          'source_unreadable',
          `entry ${index} of ${source.name} cannot be read: ${reading.reason}`,
        );
      const leaf = hex(leafHash(bytes, nodeCodec.sha256));
      const { event, fingerprint } = ocsfEvent(reading.entry, leaf, before);
      await file.write(`${canonical(event)}\n`);
      before = { uid: reading.entry.id, fingerprint };
      count += 1;
      return true;
    });
    await file.sync();
    return count;
  } finally {
    await file.close();
  }
}
