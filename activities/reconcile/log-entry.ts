/** The log's side of a comparison: one run's entries, as far as they matter to it. */
import { hex } from '../../workflows/audit/codec.ts';
import type { Entry } from '../../workflows/audit/entry.ts';
import { instantOf } from '../../workflows/audit/instant.ts';
import { leafHash } from '../../workflows/audit/merkle.ts';
import { readEntry } from '../../workflows/audit/reading.ts';
import type { StoredEntry } from '../stores/audit.ts';
import { nodeCodec } from '../stores/codec.ts';

export interface LogEntry {
  readonly index: number;
  readonly id: string;
  readonly leaf: string;
  readonly event: string;
  readonly task: string | null;
  readonly details: { readonly [name: string]: unknown };
  /** The coordinate without its variant: what was recorded, whatever it said. */
  readonly coordinate: string;
  readonly run: string;
  readonly workflow: string;
  readonly caseId: string;
  readonly playbook: string;
  /** When the run started, what was recorded happened, and the log took it; milliseconds since 1970. */
  readonly startedAt: number;
  readonly happenedAt: number;
  readonly recordedAt: number;
}

export type LogReading =
  | { readonly kind: 'entry'; readonly entry: LogEntry }
  /** An act of the log itself belongs to no run. */
  | { readonly kind: 'other' }
  | { readonly kind: 'malformed'; readonly index: number; readonly reason: string };

/** Which variant of the coordinate it is; older entries have a digest of their details there. */
const VARIANT = /(#[0-9a-f]{16})?(~\d+)?$/;

export function readLogEntry({ index, bytes }: StoredEntry): LogReading {
  const reading = readEntry(bytes, nodeCodec);
  if (reading.kind === 'malformed') return { kind: 'malformed', index, reason: reading.reason };
  const { id, at, body }: Entry = reading.entry;
  if (body.workflow === '') return { kind: 'other' };
  const entry = {
    index,
    id,
    leaf: hex(leafHash(bytes, nodeCodec.sha256)),
    event: body.event,
    task: body.task,
    details: body.details,
    coordinate: body.coordinate.replace(VARIANT, ''),
    run: body.run,
    workflow: body.workflow,
    caseId: body.case,
    playbook: body.playbook,
    startedAt: instantOf(body.run_started) ?? 0,
    happenedAt: instantOf(body.workflow_time) ?? 0,
    recordedAt: instantOf(at) ?? 0,
  };
  return { kind: 'entry', entry };
}
