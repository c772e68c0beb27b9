/** What checking a million entries costs beside reading and hashing the same bytes, and what one proof costs. */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeKeyPair, signText } from '../activities/checkpoints/key-pair.ts';
import { openExport } from '../activities/exports/read.ts';
import { proveEntry } from '../activities/exports/prove.ts';
import { drawSalt, nodeCodec } from '../activities/stores/codec.ts';
import { CHECKPOINT_EVERY, checkpointText } from '../workflows/audit/checkpoint.ts';
import { hex } from '../workflows/audit/codec.ts';
import { draftEntry, entryText } from '../workflows/audit/draft.ts';
import { GENESIS } from '../workflows/audit/entry.ts';
import { instantText } from '../workflows/audit/instant.ts';
import { createTree, leafHash } from '../workflows/audit/merkle.ts';
import { noteText } from '../workflows/audit/note.ts';
import { checkProof } from '../workflows/audit/proof-file.ts';
import { trustInLog } from '../workflows/audit/trust.ts';
import { vkeyText } from '../workflows/audit/verifier-key.ts';
import { someEvent } from './audit-append.ts';
import type { Measure, Sample } from './budget.ts';

const ENTRIES = 1_000_000;
const ROUNDS = 3;
const PER_RUN = 40;
const ORIGIN = 'bench.example/record';
const START = 1_790_000_000_000;

/** What `audit-pass.ts` prints. */
export interface PassFigures {
  readonly seconds: number;
  readonly peakMiB: number;
  readonly entries: number;
}

export async function measureVerification(say: (line: string) => void): Promise<readonly Measure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'cordon-bench-'));
  try {
    say(`writing ${ENTRIES} entries`);
    const key = makeKeyPair(ORIGIN, 'log');
    writeLog(folder, ENTRIES, (text) => noteText({ text, signatures: [signText(text, key)] }, nodeCodec));
    writeFileSync(join(folder, 'policy'), `log ${vkeyText(key.key, nodeCodec)}\nquorum none\n`);
    const samples: Sample[] = [];
    const memory: Sample[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      say(`checking them, round ${round} of ${ROUNDS}`);
      const bare = pass('bare', folder);
      const ours = pass('verify', folder);
      samples.push({ ours: ours.seconds, bare: bare.seconds });
      memory.push({ ours: ours.peakMiB, bare: bare.peakMiB });
    }
    say('proving one of them');
    const proof = await measureProof(folder, key.key);
    return [
      {
        id: 'audit_verify',
        what: `${ENTRIES / 1_000_000} million entries checked from an export, beside reading and hashing them`,
        unit: 's',
        samples,
        budget: { of: 'ratio', bound: 'at_most', limit: 2 },
      },
      {
        id: 'audit_verify_memory',
        what: 'memory for that',
        unit: 'MiB',
        samples: memory,
        budget: { of: 'ours', bound: 'at_most', limit: 200 },
      },
      ...proof,
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** In a process of its own, so that its memory is its own. */
function pass(kind: 'bare' | 'verify', folder: string): PassFigures {
  const script = fileURLToPath(new URL('audit-pass.ts', import.meta.url));
  const ran = spawnSync(process.execPath, [script, kind, folder], { encoding: 'utf8' });
  if (ran.status !== 0) throw new Error(`the ${kind} pass failed: ${ran.stderr}`);
  const figures = JSON.parse(ran.stdout) as PassFigures;
  if (figures.entries !== ENTRIES) throw new Error(`the ${kind} pass saw ${figures.entries} entries`);
  return figures;
}

async function measureProof(
  folder: string,
  key: Parameters<typeof trustInLog>[0][number],
): Promise<readonly Measure[]> {
  const proved = await proveEntry(await openExport(folder), { kind: 'index', index: 123_456 });
  if (proved.kind !== 'proved') throw new Error(`the entry is ${proved.kind}`);
  const trust = trustInLog([key]);
  const times: Sample[] = [];
  for (let round = 0; round < 50; round += 1) {
    const from = performance.now();
    const verdict = checkProof(proved.proof, trust, nodeCodec, proved.entry);
    if (verdict.kind !== 'proved') throw new Error(verdict.reason);
    const ours = performance.now() - from;
    const bareFrom = performance.now();
    leafHash(proved.entry, nodeCodec.sha256);
    times.push({ ours, bare: performance.now() - bareFrom });
  }
  return [
    {
      id: 'audit_proof_size',
      what: 'a proof, beside the entry it proves',
      unit: 'bytes',
      samples: [{ ours: Buffer.byteLength(proved.proof), bare: proved.entry.length }],
      budget: { of: 'ours', bound: 'at_most', limit: 1_536 },
    },
    {
      id: 'audit_proof_check',
      what: 'a proof checked, beside hashing its entry',
      unit: 'ms',
      samples: times,
      budget: { of: 'ours', bound: 'at_most', limit: 5 },
    },
  ];
}

/** An export as a store would give it, signed wherever a checkpoint is due. */
function writeLog(folder: string, count: number, sign: (text: string) => string): void {
  mkdirSync(folder, { recursive: true });
  const file = openSync(join(folder, 'entries.jsonl'), 'w');
  const tree = createTree(nodeCodec.sha256);
  const notes: string[] = [];
  let run: { readonly seq: number; readonly leaf: string | null } = { seq: -1, leaf: null };
  let prev = GENESIS;
  let lines = '';
  for (let index = 0; index < count; index += 1) {
    if (index % PER_RUN === 0) run = { seq: -1, leaf: null };
    const draft = draftEntry(someEvent(Math.floor(index / PER_RUN)), nodeCodec, drawSalt);
    const at = instantText(START + index);
    const place = { log: ORIGIN, index, prev, at, runSeq: run.seq + 1, runPrev: run.leaf, skewMs: 0 };
    const text = entryText(draft, place);
    const leaf = leafHash(nodeCodec.encode(text), nodeCodec.sha256);
    prev = hex(leaf);
    run = { seq: run.seq + 1, leaf: prev };
    tree.add(leaf);
    lines += `${text}\n`;
    const size = index + 1;
    if (size % CHECKPOINT_EVERY === 0 || size === count)
      notes.push(sign(checkpointText({ origin: ORIGIN, size, root: hex(tree.root()) }, nodeCodec)));
    if (lines.length > 1 << 20 || size === count) {
      writeSync(file, lines);
      lines = '';
    }
  }
  closeSync(file);
  writeFileSync(join(folder, 'checkpoints'), notes.join(''));
  writeFileSync(join(folder, 'head.json'), JSON.stringify({ log: ORIGIN, size: count, leaf: prev }));
  if (statSync(join(folder, 'entries.jsonl')).size === 0) throw new Error('nothing was written');
}
