/**
 * The check of a whole log, from its entries, its head, its checkpoints and whatever is kept elsewhere. Believes keys of
 * the trust it was given, and nothing that the log says of itself.
 */
import type { Trust } from '../../workflows/audit/trust-file.ts';
import { readCheckpoints, type ReadNotes } from './checkpoints.ts';
import { passOver, type Passed } from './pass.ts';
import { judgeSigning, type Signing } from './signing.ts';
import { SourceError, type ClaimedHead, type RecordSource } from './source.ts';
import type { BrokenCode, Level, RecordVerdict } from './verdict.ts';

export interface OutsideCopy {
  /** For people: where the notes were kept. */
  readonly by: string;
  readonly notes: readonly string[];
}

export interface VerifyOptions {
  /** Whose signatures count. Null: signatures prove nothing, and no more than level 1 or an outside copy is shown. */
  readonly trust: Trust | null;
  /** Notes kept where whoever writes the log cannot write. */
  readonly outside: readonly OutsideCopy[];
  /** Also reads every entry whole: canonical form, field by field. */
  readonly deep: boolean;
  /** Milliseconds since 1970: how old a tail without a checkpoint is. */
  readonly now: number;
  readonly onProgress?: (entries: number) => void;
}

/** Damage is a verdict. Throws a `SourceError` where there is nothing to look at, or not any more. */
export async function verifyRecord(source: RecordSource, options: VerifyOptions): Promise<RecordVerdict> {
  try {
    return await verify(source, options);
  } catch (error) {
    if (error instanceof SourceError && error.code === 'source_unreadable')
      return broken('damaged', 0, null, error.message);
    throw error;
  }
}

async function verify(source: RecordSource, options: VerifyOptions): Promise<RecordVerdict> {
  const { trust, deep, now } = options;
  const kept = await source.checkpoints();
  const read = notesFrom(kept, options, deep);
  if (read.kind === 'untrusted') return broken('checkpoint_untrusted', 0, null, read.reason);
  const { notes } = read;
  const signedSizes = notes.filter((note) => note.own).map(({ size }) => size);
  const pass = await passOver(source, {
    claims: notes,
    deep,
    covered: Math.max(0, ...signedSizes),
    onProgress: options.onProgress ?? (() => {}),
  });
  if (pass.kind === 'fault') {
    // Something disagrees: now it matters of every checkpoint whether it counts.
    const again = notesFrom(kept, options, true);
    if (again.kind === 'untrusted') return broken('checkpoint_untrusted', 0, null, again.reason);
    const { code, index, reason } = pass.fault;
    return broken(code, index, index, reason);
  }
  const head = await source.head();
  const disagrees = head === null ? null : headFault(head, pass);
  if (disagrees !== null) return disagrees;
  const damage = await source.damage();
  if (damage !== null) return broken('damaged', pass.size, null, damage);
  const signing = judgeSigning(notes, pass, { trust, now });
  if (signing.kind === 'fault')
    return broken(signing.code, signing.index ?? pass.size, signing.index, signing.reason);
  return verified(pass, signing, head !== null, deep);
}

function notesFrom(kept: readonly string[], { trust, outside }: VerifyOptions, thorough: boolean): ReadNotes {
  const sets = [
    readCheckpoints(kept, trust, { by: 'a checkpoint of the log', own: true, outside: false }, thorough),
    ...outside.map(({ by, notes }) =>
      readCheckpoints(notes, trust, { by, own: false, outside: true }, thorough),
    ),
  ];
  const untrusted = sets.find((set) => set.kind === 'untrusted');
  if (untrusted !== undefined) return untrusted;
  return { kind: 'notes', notes: sets.flatMap((set) => (set.kind === 'notes' ? set.notes : [])) };
}

function verified(pass: Passed, signing: Signing, hasHead: boolean, deep: boolean): RecordVerdict {
  const { size, leaf, root, log, values } = pass;
  const { signed, witnessed, notices } = signing;
  return {
    kind: 'verified',
    log,
    entries: size,
    head: leaf,
    root,
    level: levelOf(hasHead, signing),
    signed,
    witnessed,
    values,
    deep,
    notices,
  };
}

function levelOf(hasHead: boolean, { signed, witnessed }: Signing): Level {
  if (witnessed > 0) return 3;
  if (signed > 0) return 2;
  return hasHead ? 1 : 0;
}

/** Indexes are those of the entries: a head that counts more says that they were cut, one that counts less that some were added. */
function headFault(head: ClaimedHead, { size, leaf, log }: Passed): RecordVerdict | null {
  if (head.size > size)
    return broken('head_disagrees', size, size, `the log ends here; its head counts ${head.size} entries`);
  if (head.size < size) {
    const counted = Math.max(head.size, 0);
    return broken('head_disagrees', counted, counted, `the head counts ${head.size} entries only`);
  }
  if (head.leaf !== leaf) {
    const last = Math.max(size - 1, 0);
    return broken('head_disagrees', last, last, 'the head confirms another last entry');
  }
  if (log !== null && head.log !== log)
    return broken('head_disagrees', size, null, 'the head is of another log than the last entry');
  return null;
}

function broken(code: BrokenCode, entries: number, firstBad: number | null, reason: string): RecordVerdict {
  return { kind: 'broken', code, entries, firstBad, reason };
}
