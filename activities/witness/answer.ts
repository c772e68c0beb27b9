/**
 * What a witness answers to a checkpoint, check by check in the order of the specification (C2SP tlog-witness). It
 * cosigns only what continues the newest checkpoint it cosigned of that log, and remembers it before it answers.
 */
import { bytesOfHex, readCheckpoint } from '../../workflows/audit/checkpoint.ts';
import { hex } from '../../workflows/audit/codec.ts';
import { readNote, signatureLine } from '../../workflows/audit/note.ts';
import { provesConsistency } from '../../workflows/audit/proving.ts';
import { verifySignatures } from '../../workflows/audit/signature.ts';
import type { VerifierKey } from '../../workflows/audit/verifier-key.ts';
import { readAddCheckpoint } from '../../workflows/audit/witness-request.ts';
import { cosign } from '../checkpoints/key-pair.ts';
import { nodeCodec } from '../stores/codec.ts';
import type { Seen, WitnessState } from './state.ts';

export interface WitnessAnswer {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422;
  readonly type: 'text/plain; charset=utf-8' | 'text/x.tlog.size';
  readonly body: string;
}

export interface WitnessInput {
  readonly state: WitnessState;
  /** Keys of the logs it watches; the name of a key is the log's origin. */
  readonly logs: readonly VerifierKey[];
  /** Seconds since 1970. */
  readonly now: () => number;
}

const NOTHING: Seen = { size: 0, root: hex(nodeCodec.sha256(new Uint8Array())) };

export function answerTo(body: Uint8Array, { state, logs, now }: WitnessInput): WitnessAnswer {
  const text = decoded(body);
  if (text === null) return answer(400, 'the request is not UTF-8');
  const reading = readAddCheckpoint(text, nodeCodec);
  if (reading.kind === 'refused') return answer(400, reading.reason);
  const { old, proof, note } = reading.request;
  const read = readNote(note, nodeCodec);
  if (read.kind === 'refused') return answer(400, read.reason);
  const said = readCheckpoint(read.note.text, nodeCodec);
  if (said.kind === 'refused') return answer(400, said.reason);
  const { origin, size, root } = said.checkpoint;

  const keys = logs.filter(({ name }) => name === origin);
  if (keys.length === 0) return answer(404, 'this witness does not know the log');
  const signed = verifySignatures(read.note, keys, nodeCodec);
  if (signed.kind === 'refused' || signed.signers.length === 0)
    return answer(403, 'no key that this witness knows of the log has signed the checkpoint');
  if (old > size) return answer(400, 'the old size lies beyond the checkpoint');

  const seen = state.seen(origin) ?? NOTHING;
  if (seen.size !== old) return conflict(seen.size);
  if (old === size && proof.length === 0 && size > 0 && seen.root !== root)
    return answer(409, 'this witness cosigned another root of that size');
  const claim = { old, oldRoot: bytesOfHex(seen.root), size, root: bytesOfHex(root), proof };
  if (!provesConsistency(claim, nodeCodec.sha256))
    return answer(422, 'the proof does not lead from the old size to the checkpoint');

  // Another process may have advanced since: then the sizes disagree now, and this one has not rolled anything back.
  if (!state.advance(origin, old, { size, root })) return conflict((state.seen(origin) ?? NOTHING).size);
  const line = signatureLine(cosign(read.note.text, now(), state.key), nodeCodec);
  return { status: 200, type: 'text/plain; charset=utf-8', body: `${line}\n` };
}

function conflict(size: number): WitnessAnswer {
  return { status: 409, type: 'text/x.tlog.size', body: `${size}\n` };
}

function answer(status: WitnessAnswer['status'], reason: string): WitnessAnswer {
  return { status, type: 'text/plain; charset=utf-8', body: `${reason}\n` };
}

function decoded(body: Uint8Array): string | null {
  try {
    return nodeCodec.decode(body);
  } catch {
    return null;
  }
}
