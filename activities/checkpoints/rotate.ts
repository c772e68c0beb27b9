/** Makes the change of keys that was asked for: state it, record it, then sign with the new key. */
import { readEntry } from '../../workflows/audit/reading.ts';
import { readRotation } from '../../workflows/audit/rotation.ts';
import type { AuditStore } from '../stores/audit.ts';
import { nodeCodec } from '../stores/codec.ts';
import type { AppendLogAct } from './acts.ts';
import type { Keyring } from './keyring.ts';

export interface RotateInput {
  readonly ledger: Pick<AuditStore, 'head' | 'read'>;
  readonly keyring: Keyring;
  readonly appendLogAct: AppendLogAct;
}

/** True when the keys have changed. Interrupted anywhere, the next call goes on where it was. */
export async function rotateWhenAsked(input: RotateInput): Promise<boolean> {
  const { keyring } = input;
  if (!(await keyring.isRotationAsked())) return false;
  return (await keyring.alone(() => rotate(input))) ?? false;
}

async function rotate({ ledger, keyring, appendLogAct }: RotateInput): Promise<boolean> {
  const head = await ledger.head();
  const statement = await keyring.statement(head);
  if (statement === null) return false;
  const reading = readRotation(statement, nodeCodec);
  const found =
    reading.kind === 'refused' ? null : await indexOf(statement, reading.rotation.size, head.size);
  if (found === null && (reading.kind === 'refused' || reading.rotation.overlap <= head.size)) {
    await keyring.discard();
    return false;
  }
  const index = found ?? (await appendLogAct('key_rotated', { statement })).index;
  await keyring.rotated(index);
  return true;

  async function indexOf(text: string, from: number, to: number): Promise<number | null> {
    for await (const entry of ledger.read(from, to)) {
      const read = readEntry(entry.bytes, nodeCodec);
      if (read.kind !== 'malformed' && detailsOf(read).statement === text) return entry.index;
    }
    return null;
  }
}

function detailsOf(reading: Extract<ReturnType<typeof readEntry>, { kind: 'entry' }>): {
  readonly statement?: unknown;
} {
  return reading.entry.body.details;
}
