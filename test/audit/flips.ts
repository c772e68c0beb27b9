/**
 * Flips bits of a database file, one at a time, and says what the check made of each. Runs in processes of its own,
 * `flipper.ts`: there are hundreds of thousands of them.
 */
import { spawn } from 'node:child_process';
import { closeSync, copyFileSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openDatabaseSource } from '../../activities/verify/database-source.ts';
import { SourceError } from '../../activities/verify/source.ts';
import type { RecordVerdict } from '../../activities/verify/verdict.ts';
import { verifyRecord } from '../../activities/verify/verify.ts';
import { trusted } from '../checkpoints/keys.ts';

/** Bytes that only entry `index` is made of. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly index: number;
}

export interface Campaign {
  readonly file: string;
  /** Text of the policy that the record is checked against, and the time at which it is. */
  readonly policy: string;
  readonly now: number;
  readonly spans: readonly Span[];
  /** Which bits, counted from the file's first: `first`, `first + step`, … below `end`. */
  readonly first: number;
  readonly step: number;
  readonly end: number;
}

export interface Outcome {
  readonly flips: number;
  readonly detected: number;
  readonly harmless: number;
  /** Those inside an entry, each of which has to be told at that entry. */
  readonly inEntries: number;
  /** What must not be, in words; the first few. */
  readonly wrong: readonly string[];
}

const MOST_TOLD = 20;

/** Verdict `foreign`: the file was not even opened as one of ours. */
type Seen = RecordVerdict | { readonly kind: 'foreign' } | { readonly kind: 'threw'; readonly error: string };

export async function checkFile({
  file,
  policy,
  now,
}: Pick<Campaign, 'file' | 'policy' | 'now'>): Promise<Seen> {
  try {
    const source = await openDatabaseSource(file);
    try {
      return await verifyRecord(source, { trust: trusted(policy), outside: [], deep: true, now });
    } finally {
      await source.close();
    }
  } catch (error) {
    if (error instanceof SourceError && error.code === 'source_foreign') return { kind: 'foreign' };
    return { kind: 'threw', error: String(error) };
  }
}

/** A check of a small file that takes longer goes round in circles. */
const LONGEST_MS = 30_000;

async function within(ms: number, work: Promise<Seen>): Promise<Seen> {
  const stop = new AbortController();
  const late = wait(ms, null, { signal: stop.signal }).then((): Seen => ({
    kind: 'threw',
    error: `nothing within ${ms} ms: the check does not come to an end`,
  }));
  try {
    return await Promise.race([work, late]);
  } finally {
    late.catch(() => {});
    stop.abort();
  }
}

/** In this process. The file is as it was when it is done. */
export async function flipAll(campaign: Campaign): Promise<Outcome> {
  const { file, spans, first, step, end } = campaign;
  const bytes = readFileSync(file);
  const before = JSON.stringify(await checkFile(campaign));
  const owner = new Int32Array(bytes.length).fill(-1);
  for (const { from, to, index } of spans) owner.fill(index, from, to);
  const handle = openSync(file, 'r+');
  const seen = { flips: 0, detected: 0, harmless: 0, inEntries: 0 };
  const wrong: string[] = [];
  try {
    for (let bit = first; bit < end; bit += step) {
      const at = bit >> 3;
      const whole = bytes[at] ?? 0;
      writeSync(handle, Uint8Array.of(whole ^ (1 << (bit & 7))), 0, 1, at);
      const verdict = await within(LONGEST_MS, checkFile(campaign));
      writeSync(handle, Uint8Array.of(whole), 0, 1, at);
      const index = owner[at] ?? -1;
      const complaint = complaintOf(verdict, before, index);
      if (complaint !== null && wrong.length < MOST_TOLD)
        wrong.push(`byte ${at} bit ${bit & 7}: ${complaint}`);
      seen.flips += 1;
      seen[verdict.kind === 'verified' ? 'harmless' : 'detected'] += 1;
      if (index >= 0) seen.inEntries += 1;
    }
  } finally {
    closeSync(handle);
  }
  if (!readFileSync(file).equals(bytes)) wrong.push('checking changed the file');
  return { ...seen, wrong };
}

/** `index` is the entry that the flipped byte belongs to, or -1. */
function complaintOf(verdict: Seen, before: string, index: number): string | null {
  switch (verdict.kind) {
    case 'threw':
      return `threw ${verdict.error}`;
    case 'foreign':
      return index < 0 ? null : `entry ${index} was changed, and the file is called foreign`;
    case 'verified':
      if (index >= 0) return `entry ${index} was changed, and it verified`;
      return JSON.stringify(verdict) === before
        ? null
        : `verified as something else: ${JSON.stringify(verdict)}`;
    case 'broken':
      return index < 0 || verdict.firstBad === index
        ? null
        : `entry ${index} was changed, and ${verdict.firstBad} is named: ${verdict.code}, ${verdict.reason}`;
  }
}

const SCRIPT = fileURLToPath(new URL('flipper.ts', import.meta.url));

/** Spread over `processes`, each on a copy of its own; the sum of what they saw. */
export async function flipInProcesses(campaign: Campaign, processes: number): Promise<Outcome> {
  const parts = Array.from({ length: processes }, (_, part) => part);
  const outcomes = await Promise.all(
    parts.map(async (part): Promise<Outcome> => {
      const copy = `${campaign.file}-${part}`;
      copyFileSync(campaign.file, copy);
      const { first, step } = campaign;
      try {
        return await flipper({ ...campaign, file: copy, first: first + part * step, step: step * processes });
      } finally {
        for (const suffix of ['', '-wal', '-shm']) rmSync(copy + suffix, { force: true });
      }
    }),
  );
  const sum = (of: (outcome: Outcome) => number): number =>
    outcomes.reduce((total, outcome) => total + of(outcome), 0);
  return {
    flips: sum(({ flips }) => flips),
    detected: sum(({ detected }) => detected),
    harmless: sum(({ harmless }) => harmless),
    inEntries: sum(({ inEntries }) => inEntries),
    wrong: outcomes.flatMap(({ wrong }) => wrong),
  };
}

async function flipper(campaign: Campaign): Promise<Outcome> {
  const child = spawn(process.execPath, [SCRIPT], { stdio: ['pipe', 'pipe', 'pipe'] });
  let answer = '';
  let complaint = '';
  child.stdout.on('data', (data: Buffer) => (answer += data.toString()));
  child.stderr.on('data', (data: Buffer) => (complaint += data.toString()));
  child.stdin.end(JSON.stringify(campaign));
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) throw new Error(complaint);
  return JSON.parse(answer) as Outcome;
}
