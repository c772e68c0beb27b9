/**
 * Declares that the log goes on from a copy that lacks what was published. From there on it has another name, and keys
 * of that name: what the old name signed stays true of the old history, and nobody can take one for the other.
 *
 * R1 The declaration is the first entry under the new name. It says which log it continues, and how far that one was
 *    published; so the loss is on record, and not repaired.
 * R2 The old private keys are destroyed, the old file outside is kept beside the new one.
 * R3 Interrupted anywhere, the same command goes on where it was.
 */
import { rename } from 'node:fs/promises';
import { LOG_RUN } from '../../workflows/audit/log-act.ts';
import { createTree } from '../../workflows/audit/merkle.ts';
import { readEntry } from '../../workflows/audit/reading.ts';
import { actEvent } from '../stores/audit.ts';
import { nodeCodec } from '../stores/codec.ts';
import { StoreError, type Ledger } from '../stores/ledger.ts';
import { realDisk, replaceDurably } from './disk.ts';
import { examine } from './examine.ts';
import { keyringBytes, readKeyring } from './keyring-file.ts';
import { makeKeyring, openKeyring, type Keyring } from './keyring.ts';
import { grow, sealed } from './seal.ts';
import { endOfFile, type Ended } from './sinks/file.ts';

export interface RestoreInput {
  readonly ledger: Ledger;
  readonly keys: string;
  readonly witnessFile: string;
  /** Who says so, and why. */
  readonly by: string;
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export type Restored =
  | {
      readonly kind: 'restored';
      readonly log: string;
      readonly former: string;
      /** Entries that were published, and how many of the copy's precede the declaration. */
      readonly published: number;
      readonly kept: number;
    }
  | { readonly kind: 'problem'; readonly problem: string };

/** No worker may run on the ledger meanwhile. Where the log is what was published nothing is declared. */
export async function declareRestore(input: RestoreInput): Promise<Restored> {
  const { ledger, keys, witnessFile } = input;
  const end = await endOfFile(witnessFile);
  if (end.kind === 'unreadable') return problem(`${witnessFile} ${end.reason}; mend that first`);
  if (end.last === null)
    return problem(`${witnessFile} holds no checkpoint: nothing was published that could be missing`);
  const former = end.last.checkpoint.origin;
  const published = end.last.checkpoint.size;
  const objection = await whyNot(input, former);
  if (objection !== null) return problem(objection);
  const declared = (await declarationOf(ledger, former)) ?? (await declare(input, end.last));
  await newKeys(keys, former, declared.log);
  const opened = await openKeyring(keys, declared.log, false);
  if (opened.kind === 'problem') return opened;
  await sign(ledger, opened.keyring);
  await rename(witnessFile, `${witnessFile}.${published}`);
  return { kind: 'restored', log: declared.log, former, published, kept: declared.index };
}

/** Under another name than what was published the log is another, or its declaration was interrupted. */
async function whyNot({ ledger, keys, witnessFile }: RestoreInput, former: string): Promise<string | null> {
  const store = ledger.checkpoints;
  const head = await ledger.head();
  if (head.log !== former) return null;
  const opened = await openKeyring(keys, head.log, true);
  if (opened.kind === 'problem') return opened.problem;
  const examined = await examine({ ledger, store, keyring: opened.keyring, file: witnessFile });
  if (examined.kind === 'consistent') return 'the log is what was published; there is nothing to declare';
  return examined.published === null ? examined.problem : null;
}

interface Declared {
  readonly log: string;
  readonly index: number;
}

/** The declaration that stands there since the command was interrupted. */
async function declarationOf(ledger: Ledger, former: string): Promise<Declared | null> {
  for await (const { bytes, index } of ledger.byRun(LOG_RUN)) {
    const reading = readEntry(bytes, nodeCodec);
    if (reading.kind === 'malformed') continue;
    const { log, body } = reading.entry;
    if (body.event === 'log_restored' && body.details['former'] === former) return { log, index };
  }
  return null;
}

async function declare(
  { ledger, by, reason, now }: RestoreInput,
  { checkpoint, note }: Ended,
): Promise<Declared> {
  const { origin: former, size: published } = checkpoint;
  const log = nextName(former);
  const act = {
    event: 'log_restored',
    details: { former, published, checkpoint: note, by, reason },
    at: now,
    about: log,
  } as const;
  const [receipt] = await ledger.append([{ ...actEvent(act), renames: log }]);
  if (receipt?.kind === 'recorded') return { log, index: receipt.index };
  throw new StoreError('store_unavailable', 'the declaration was not recorded; run the command again');
}

/** `name` becomes `name/r2`, and that becomes `name/r3`. */
export function nextName(log: string): string {
  const [, name = log, count] = /^(.*)\/r(\d+)$/.exec(log) ?? [];
  return `${name}/r${count === undefined ? 2 : Number(count) + 1}`;
}

/** The file of the old keys stays beside the new one; nothing can sign with it. */
async function newKeys(path: string, former: string, log: string): Promise<void> {
  const retired = `${path}.${former.replaceAll(/[^\w.-]/g, '_')}`;
  const current = await readKeyring(path);
  if (current.kind === 'file' && current.file.log === former) {
    const keys = current.file.keys.map((row) => ({ ...row, private: null }));
    await replaceDurably(path, keyringBytes({ ...current.file, keys, next: null }), realDisk);
    await rename(path, retired);
  } else if (current.kind !== 'absent') return;
  const before = await readKeyring(retired);
  const known =
    before.kind === 'file' ? [...before.file.former, ...before.file.keys.map(({ vkey }) => vkey)] : [];
  await makeKeyring(path, log, known);
}

/** From the first entry on: nothing that was signed before is taken for true. */
async function sign(ledger: Ledger, keyring: Keyring): Promise<void> {
  const tree = createTree(nodeCodec.sha256);
  const { size } = await ledger.head();
  await grow(tree, ledger, size);
  const answer = await ledger.checkpoints.put([sealed(tree, keyring)]);
  if (answer.kind === 'stored' || answer.newest.size === size) return;
  throw new StoreError(
    'store_untrusted',
    'the store holds a checkpoint over more entries than it has; restore a whole copy',
  );
}

function problem(text: string): Restored {
  return { kind: 'problem', problem: text };
}
