/**
 * The values beside the log: each is the one that its entry commits to, or an entry says that it was erased. What is
 * gone without a word is a fault.
 */
import { Buffer } from 'node:buffer';
import { isObject } from '../../workflows/language/json.ts';
import { commitment, commitmentsIn } from '../../workflows/audit/personal.ts';
import { nodeCodec, sha256Hex } from '../stores/codec.ts';
import type { Batch } from './batch.ts';
import type { Fault } from './check.ts';
import type { ReadAct } from './order.ts';
import { createRowsByEntry } from './rows-by-entry.ts';
import type { RecordSource } from './source.ts';
import type { ValueCounts } from './verdict.ts';

export interface ValueCheck {
  add(batch: Batch): Promise<Fault | null>;
  /** When all entries were added: were those that are gone erased by the acts that the log tells of? */
  end(acts: readonly ReadAct[]): Promise<{ readonly fault: Fault | null; readonly counts: ValueCounts }>;
  close(): Promise<void>;
}

const MARK = Buffer.from('{"commit":"');

export function createValueCheck(source: Pick<RecordSource, 'values' | 'details'>): ValueCheck {
  const kept = source.values();
  if (kept === null) return countOnly();
  const rows = createRowsByEntry(kept);
  const gone: { readonly index: number; readonly path: string }[] = [];
  const present = new Set<string>();
  let index = 0;

  const entry = async (bytes: Buffer, from: number, to: number): Promise<Fault | null> => {
    const place = index;
    index += 1;
    const marked = bytes.subarray(from, to).includes(MARK) || bytes.subarray(from, to).includes(OMITTED);
    const found = await rows.take(place);
    if (!marked) return found.length === 0 ? null : stray(place);
    const commitments = await commitmentsOf(bytes.toString('utf8', from, to), source);
    if (commitments === null) return null;
    if (found.some(({ path }) => !commitments.has(path))) return stray(place);
    for (const [path, commit] of commitments) {
      const value = found.find((row) => row.path === path)?.value ?? null;
      if (value === null) gone.push({ index: place, path });
      else if (commitment(value.salt, value.text, nodeCodec) === commit) present.add(nameOf(place, path));
      else return changed(place, `the value at ${path} is not the one that it commits to`);
    }
    return null;
  };

  return {
    close: rows.close,
    async add({ bytes, spans }) {
      for (let at = 0; at < spans.length; at += 2) {
        const fault = await entry(bytes, spans[at] ?? 0, spans[at + 1] ?? 0);
        if (fault !== null) return fault;
      }
      return null;
    },
    async end(acts) {
      const left = await rows.rest();
      const erased = new Set(acts.flatMap(erasedBy));
      const missing = gone.find(({ index: at, path }) => !erased.has(nameOf(at, path)));
      const still = [...erased].find((name) => present.has(name));
      const counts = { present: present.size, erased: gone.length, notCarried: 0 };
      if (left !== null) return { fault: stray(left.index), counts };
      if (missing !== undefined) return { fault: vanished(missing.index, missing.path), counts };
      if (still === undefined) return { fault: null, counts };
      const place = Number(still.split('/', 1)[0]);
      return { fault: changed(place, 'a value of it was erased and is still there'), counts };
    },
  };
}

const OMITTED = Buffer.from('"details":{"omitted":{');

/** Null: nothing can be said, because the details are kept elsewhere and are not carried. */
async function commitmentsOf(
  text: string,
  source: Pick<RecordSource, 'details'>,
): Promise<ReadonlyMap<string, string> | null> {
  const details = detailsOf(text);
  const omitted = details['omitted'];
  if (typeof omitted !== 'object' || omitted === null || !('sha256' in omitted))
    return commitmentsIn(details);
  const kept = await source.details(String(omitted.sha256));
  if (kept === null || sha256Hex(kept) !== omitted.sha256) return null;
  return commitmentsIn(objectIn(kept));
}

/** What cannot be parsed is told by those who read entries. */
function detailsOf(text: string): { readonly [name: string]: unknown } {
  const { body } = objectIn(text);
  return isObject(body) && isObject(body['details']) ? body['details'] : {};
}

function objectIn(text: string): { readonly [name: string]: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** An export without values: how many there would be. */
function countOnly(): ValueCheck {
  let notCarried = 0;
  return {
    async add({ bytes, spans }) {
      const end = spans.at(-1) ?? 0;
      for (let at = bytes.indexOf(MARK); at >= 0 && at < end; at = bytes.indexOf(MARK, at + 1))
        notCarried += 1;
      return null;
    },
    end: async () => ({ fault: null, counts: { present: 0, erased: 0, notCarried } }),
    close: async () => {},
  };
}

function erasedBy({ event, details }: ReadAct): readonly string[] {
  const { index, path } = details;
  return event === 'value_erased' && typeof index === 'number' && typeof path === 'string'
    ? [nameOf(index, path)]
    : [];
}

function nameOf(index: number, path: string): string {
  return `${index}${path}`;
}

function stray(index: number): Fault {
  return changed(index, 'a value is kept for it that it does not commit to');
}

function changed(index: number, reason: string): Fault {
  return { code: 'value_changed', index, noticed: index, reason };
}

function vanished(index: number, path: string): Fault {
  return {
    code: 'value_missing',
    index,
    noticed: index,
    reason: `the value at ${path} is gone, and no entry says that it was erased`,
  };
}
