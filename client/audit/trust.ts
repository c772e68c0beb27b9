/** Whom an audit command trusts: a policy file that its user names, or, for the operator, the log's own keys. */
import { readFileSync } from 'node:fs';
import { nodeCodec } from '../../activities/stores/codec.ts';
import type { OutsideCopy } from '../../activities/verify/verify.ts';
import { splitNotes } from '../../workflows/audit/note-list.ts';
import { readTrust, type Trust } from '../../workflows/audit/trust-file.ts';

export type TrustFile =
  { readonly kind: 'trust'; readonly trust: Trust } | { readonly kind: 'problem'; readonly problem: string };

/** Larger files are not read: a policy of a thousand witnesses is far below. */
const MOST_POLICY = 1024 * 1024;
const MOST_NOTES = 256 * 1024 * 1024;

export function trustFrom(path: string): TrustFile {
  const text = textOf(path, MOST_POLICY);
  if (text.kind === 'problem') return text;
  const reading = readTrust(text.text, nodeCodec);
  if (reading.kind === 'trust') return reading;
  const line = reading.line === undefined ? '' : `:${reading.line}`;
  return { kind: 'problem', problem: `policy_${reading.code}: ${path}${line}: ${reading.reason}` };
}

export type Outside =
  | { readonly kind: 'copy'; readonly copy: OutsideCopy }
  | { readonly kind: 'problem'; readonly problem: string };

/** A file of checkpoints that was kept elsewhere. */
export function outsideFrom(path: string): Outside {
  const text = textOf(path, MOST_NOTES);
  if (text.kind === 'problem') return text;
  const notes = splitNotes(text.text);
  if (notes.length === 0) return { kind: 'problem', problem: `witness_empty: ${path} holds no checkpoint` };
  return { kind: 'copy', copy: { by: `a checkpoint in ${path}`, notes } };
}

function textOf(
  path: string,
  most: number,
): { readonly kind: 'text'; readonly text: string } | { readonly kind: 'problem'; readonly problem: string } {
  try {
    const bytes = readFileSync(path);
    if (bytes.length > most)
      return { kind: 'problem', problem: `file_too_big: ${path} is larger than ${most} bytes` };
    return { kind: 'text', text: nodeCodec.decode(bytes) };
  } catch (error) {
    const isSystem = typeof error === 'object' && error !== null && 'syscall' in error && 'code' in error;
    const code = isSystem ? String(error.code) : 'not UTF-8';
    return { kind: 'problem', problem: `file_unreadable: ${path} cannot be read (${code}); check the path` };
  }
}
