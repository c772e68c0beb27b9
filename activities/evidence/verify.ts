/** Is everything that custody tells of still there, unaltered, and is the telling itself whole? */
import { isObject } from '../../workflows/language/json.ts';
import { before } from './handling.ts';
import { EvidenceError, type CustodyLog, type EvidenceArchive } from './store.ts';

export interface Custodied {
  readonly action: string;
  readonly at: string;
  readonly actor: string;
  readonly case: string;
  readonly task: string;
  readonly name: string;
  readonly mediaType: string;
  readonly sha256: string;
  readonly bytes: number;
}

export interface Trouble {
  readonly log: string;
  /** From 1; null where the trouble is an item's. */
  readonly line: number | null;
  readonly what: string;
}

export interface EvidenceVerdict {
  readonly verified: boolean;
  readonly logs: number;
  readonly lines: number;
  readonly items: number;
  readonly troubles: readonly Trouble[];
}

/** Null for a line that is none, such as one cut short by a crash. */
export function readLine(bytes: Uint8Array): (Custodied & { readonly prev: string }) | null {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return null;
  }
  const texts = ['prev', 'action', 'at', 'actor', 'case', 'task', 'name', 'mediaType', 'sha256'];
  if (!isObject(value) || !texts.every((name) => typeof value[name] === 'string')) return null;
  return typeof value['bytes'] === 'number' ? (value as unknown as Custodied & { prev: string }) : null;
}

/** Reads every item once, however often custody names it. */
export async function verifyEvidence(
  archive: EvidenceArchive,
  caseId: string | null,
): Promise<EvidenceVerdict> {
  const logs = await archive.custody(caseId);
  const troubles: Trouble[] = [];
  const sizes = new Map<string, { readonly bytes: number; readonly log: string }>();
  let lines = 0;
  for (const log of logs) {
    lines += log.lines.length;
    troubles.push(...brokenLinks(log));
    for (const bytes of log.lines) {
      const line = readLine(bytes);
      if (line !== null) sizes.set(line.sha256, { bytes: line.bytes, log: log.name });
    }
  }
  for (const [sha256, { bytes, log }] of sizes) {
    const what = await troubleWith(archive, sha256, bytes);
    if (what !== null) troubles.push({ log, line: null, what });
  }
  return { verified: troubles.length === 0, logs: logs.length, lines, items: sizes.size, troubles };
}

function brokenLinks({ name, lines }: CustodyLog): readonly Trouble[] {
  return lines.flatMap((bytes, at) => {
    const line = readLine(bytes);
    const expected = before(at === 0 ? null : (lines[at - 1] ?? null));
    if (line === null)
      return [{ log: name, line: at + 1, what: 'cannot be read; it was cut short or altered' }];
    return line.prev === expected
      ? []
      : [{ log: name, line: at + 1, what: 'does not confirm the line before it' }];
  });
}

async function troubleWith(archive: EvidenceArchive, sha256: string, length: number): Promise<string | null> {
  let held = 0;
  try {
    const there = await archive.stream(sha256, (chunk) => void (held += chunk.byteLength));
    if (!there) return `${sha256} is not there`;
  } catch (error) {
    if (error instanceof EvidenceError && error.code === 'evidence_mismatch') return `${sha256} was altered`;
    throw error;
  }
  return held === length ? null : `${sha256} has ${held} bytes, not ${length}`;
}
