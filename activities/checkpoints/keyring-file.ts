/**
 * The file of a log's keys, readable by its owner only:
 *
 *   {"log": NAME, "keys": [{"vkey", "private" | null, "from", "to" | null}, …], "next": {…} | null, "former": [VKEY, …]}
 *
 * `private` is null once a key's time is over: a key that is gone signs nothing anew.
 */
import { open } from 'node:fs/promises';
import { z } from 'zod';
import { isSameKey, readVerifierKey } from '../../workflows/audit/verifier-key.ts';
import { nodeCodec } from '../stores/codec.ts';
import { codeOfError } from './disk.ts';
import { keyPairOf } from './key-pair.ts';

const size = z.int().min(0);
const key = z.strictObject({
  vkey: z.string(),
  private: z.string().nullable(),
  from: size,
  to: size.nullable(),
});
const file = z.strictObject({
  log: z.string(),
  keys: z.array(key).min(1),
  /** A change of keys that was asked for. `statement` is there once it was signed, so that it is made once. */
  next: z
    .strictObject({ vkey: z.string(), private: z.string(), overlap: size, statement: z.string().nullable() })
    .nullable(),
  /** Public keys of the names that the log had before it was restored from a copy, oldest first. */
  former: z.array(z.string()),
});

export type KeyringFile = z.output<typeof file>;
export type KeyRow = KeyringFile['keys'][number];

export type KeyringReading =
  | { readonly kind: 'file'; readonly file: KeyringFile }
  | { readonly kind: 'absent' }
  | { readonly kind: 'problem'; readonly problem: string };

const MAX_BYTES = 1024 * 1024;

export async function readKeyring(path: string): Promise<KeyringReading> {
  let handle;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    const code = codeOfError(error);
    return code === 'ENOENT' ? { kind: 'absent' } : problem(path, `cannot be read (${code})`);
  }
  try {
    const { mode, size: bytes } = await handle.stat();
    if ((mode & 0o077) !== 0)
      return problem(
        path,
        'can be read or changed by others than its owner; take the keys as lost when others had access, ' +
          'otherwise set its mode to 600',
      );
    if (bytes > MAX_BYTES) return problem(path, 'is too large to be a file of keys');
    return parsed(path, await handle.readFile('utf8'));
  } finally {
    await handle.close();
  }
}

function parsed(path: string, text: string): KeyringReading {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return problem(path, 'is not JSON; restore it from a backup');
  }
  const checked = file.safeParse(value);
  if (!checked.success) return problem(path, 'is not a file of keys; restore it from a backup');
  const { log, keys, next } = checked.data;
  const rows = next === null ? keys : [...keys, next];
  return rows.every((row) => isWhole(log, row))
    ? { kind: 'file', file: checked.data }
    : problem(path, 'holds a key that does not fit its public half or its log; restore it from a backup');
}

function isWhole(log: string, row: { readonly vkey: string; readonly private: string | null }): boolean {
  const reading = readVerifierKey(row.vkey, nodeCodec);
  if (reading.kind === 'refused' || reading.key.type !== 'log' || reading.key.name !== log) return false;
  if (row.private === null) return true;
  const pair = keyPairOf(log, 'log', row.private);
  return pair !== null && isSameKey(pair.key, reading.key);
}

function problem(path: string, what: string): KeyringReading {
  return { kind: 'problem', problem: `${path} ${what}` };
}

export function keyringBytes(content: KeyringFile): Uint8Array {
  return nodeCodec.encode(`${JSON.stringify(content, null, 2)}\n`);
}
