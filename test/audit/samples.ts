/** Runs, events and logs for the tests of the record. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import type { NewEvent, StoredEntry } from '../../activities/stores/audit.ts';
import type { Ledger } from '../../activities/stores/ledger.ts';
import { nodeCodec } from '../../activities/stores/index.ts';
import type { JsonObject } from '../../workflows/language/json.ts';
import { readEntry } from '../../workflows/audit/reading.ts';
import type { Entry } from '../../workflows/audit/entry.ts';

/** 2026-09-21T14:13:20.000Z */
export const START = 1_790_000_000_000;

export function runNamed(name: string): NewEvent['run'] {
  return {
    workflowId: `cordon-p-${name}`,
    chain: `chain-${name}`,
    startedAt: START,
    caseId: name,
    playbook: 'p',
  };
}

/** The `n`th fact of a run. */
export function event(run: string, n: number, details: JsonObject = { n }): NewEvent {
  return {
    run: runNamed(run),
    fact: { event: 'policy_checked', task: 'contain', details, at: START + n, coordinate: String(n) },
  };
}

export function events(run: string, count: number): NewEvent[] {
  return Array.from({ length: count }, (_, n) => event(run, n));
}

export async function collect(entries: AsyncIterable<StoredEntry>): Promise<StoredEntry[]> {
  const all: StoredEntry[] = [];
  for await (const entry of entries) all.push(entry);
  return all;
}

export async function allBytes(ledger: Ledger): Promise<Uint8Array[]> {
  return (await collect(ledger.read(0, Infinity))).map(({ bytes }) => bytes);
}

export function parsed(bytes: Uint8Array): Entry {
  const reading = readEntry(bytes, nodeCodec);
  if (reading.kind === 'malformed') throw new Error(reading.reason);
  return reading.entry;
}

/** A folder of the test file's own, gone when its tests are over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cordon-record-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
