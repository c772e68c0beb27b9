/**
 * Before anything is signed: does the log still say what it has said? Its end is compared with its head, with its
 * own newest checkpoint, and with the newest one in the file outside. Whoever signs on after a restored backup
 * would put a name under two histories.
 */
import { hex } from '../../workflows/audit/codec.ts';
import { GENESIS } from '../../workflows/audit/entry.ts';
import type { Tree } from '../../workflows/audit/merkle.ts';
import type { Checkpoint } from '../../workflows/audit/checkpoint.ts';
import { outsideWindows } from '../../workflows/audit/rotation.ts';
import { openCheckpoint, trustInLog } from '../../workflows/audit/trust.ts';
import type { AuditStore, LogHead } from '../stores/audit.ts';
import type { CheckpointStore, StoredCheckpoint } from '../stores/checkpoints.ts';
import { nodeCodec } from '../stores/codec.ts';
import { StoreError } from '../stores/ledger.ts';
import type { Keyring } from './keyring.ts';
import { grow, leafOf, treeAt } from './seal.ts';
import { endOfFile } from './sinks/file.ts';

export interface Examined {
  readonly ledger: Pick<AuditStore, 'head' | 'read'>;
  readonly store: CheckpointStore;
  readonly keyring: Keyring;
  /** Null: there is no such file. */
  readonly file: string | null;
}

export type Examination =
  /** `tree` stands where the newest checkpoint left it. */
  | { readonly kind: 'consistent'; readonly tree: Tree; readonly newest: StoredCheckpoint | null }
  /** The store is not what was published. Restored from a backup, or changed: people must say which. */
  | { readonly kind: 'problem'; readonly problem: string; readonly published: Published | null };

/** What the file outside knows and the log does not. */
export interface Published {
  readonly checkpoint: Checkpoint;
  readonly note: string;
}

const LOOK =
  'if it was restored from a backup, declare that with "cordon audit restore"; otherwise run "cordon audit verify" and keep the store as evidence';

export async function examine(input: Examined): Promise<Examination> {
  try {
    return await compared(input);
  } catch (error) {
    if (error instanceof StoreError && error.code === 'store_untrusted') return problem(error.message);
    throw error;
  }
}

async function compared({ ledger, store, keyring, file }: Examined): Promise<Examination> {
  const head = await ledger.head();
  if (!(await endsAtHead(ledger, head)))
    return problem(`the audit log does not end where its head says (${head.size} entries); ${LOOK}`);
  const newest = await store.newest();
  const own = newest === null ? null : await ownFault(input(), newest, head);
  if (own !== null) return problem(own);
  const outside = file === null ? null : await outsideFault(input(), file, head);
  if (outside !== null) return outside;
  return { kind: 'consistent', tree: treeAt(newest), newest };

  function input(): Inside {
    return { ledger, store, keyring };
  }
}

type Inside = Omit<Examined, 'file'>;

async function endsAtHead(ledger: Examined['ledger'], { size, leaf }: LogHead): Promise<boolean> {
  if (size === 0) return leaf === GENESIS;
  for await (const entry of ledger.read(size - 1, size))
    return entry.index === size - 1 && hex(leafOf(entry)) === leaf;
  return false;
}

/** The newest checkpoint in the store: signed by us, no larger than the log, and true of the entries it is over. */
async function ownFault(inside: Inside, newest: StoredCheckpoint, head: LogHead): Promise<string | null> {
  const signed = signedHere(newest.note, inside.keyring);
  if (signed?.size !== newest.size)
    return `the newest checkpoint in the store is not signed by this log's keys; ${LOOK}`;
  if (newest.size > head.size)
    return `the audit log has ${head.size} entries and a checkpoint over ${newest.size}: its end was cut off; ${LOOK}`;
  if (hex(treeAt(newest).root()) !== signed.root)
    return `the newest checkpoint in the store does not fit its own tree; ${LOOK}`;
  // From the checkpoint before it, so that at least the newest entries are read again.
  const before = await inside.store.atOrBefore(newest.size - 1);
  const root = await rootFrom(inside, before, newest.size);
  return root === signed.root
    ? null
    : `the entries of the audit log are not those that its checkpoint over ${newest.size} was signed for; ${LOOK}`;
}

async function outsideFault(inside: Inside, file: string, head: LogHead): Promise<Examination | null> {
  const end = await endOfFile(file);
  if (end.kind === 'unreadable')
    return problem(`${file} ${end.reason}; mend that, or name another file as record.witness_file`);
  if (end.last === null) return null;
  const { checkpoint, note } = end.last;
  const published = { checkpoint, note };
  if (checkpoint.origin !== head.log)
    return problem(
      `${file} holds checkpoints of the log ${checkpoint.origin}, and the store holds ${head.log}; ${LOOK}`,
      published,
    );
  if (signedHere(note, inside.keyring) === null)
    return problem(`the newest checkpoint in ${file} is not signed by this log's keys; ${LOOK}`, published);
  if (checkpoint.size > head.size)
    return problem(
      `the audit log has ${head.size} entries and had ${checkpoint.size} when it was last published in ${file}; ${LOOK}`,
      published,
    );
  const before = await inside.store.atOrBefore(checkpoint.size);
  if ((await rootFrom(inside, before, checkpoint.size)) === checkpoint.root) return null;
  return problem(
    `the audit log is not the one whose first ${checkpoint.size} entries were published in ${file}; ${LOOK}`,
    published,
  );
}

async function rootFrom({ ledger }: Inside, before: StoredCheckpoint | null, size: number): Promise<string> {
  const tree = treeAt(before);
  await grow(tree, ledger, size);
  return hex(tree.root());
}

/** What the note says when a key of ours that was in force signed it, and none that was not; else null. */
export function signedHere(note: string, keyring: Keyring): Checkpoint | null {
  const windows = keyring.windows();
  const opened = openCheckpoint(note, trustInLog(windows.map(({ key }) => key)), nodeCodec);
  if (opened.kind === 'refused' || opened.checkpoint.origin !== keyring.log) return null;
  return outsideWindows(opened.checkpoint, opened.signedBy, windows) === null ? opened.checkpoint : null;
}

function problem(text: string, published: Published | null = null): Examination {
  return { kind: 'problem', problem: text, published };
}
