/**
 * A witness on HTTP (C2SP tlog-witness): sends it each checkpoint with the proof from the size it has, and keeps the
 * cosignature. It is a witness's whole worth that it says no, so that answer is never tried away.
 */
import { readNote, readSignatures, signatureLine } from '../../../workflows/audit/note.ts';
import { decimalOf } from '../../../workflows/audit/decimal.ts';
import { verifySignatures } from '../../../workflows/audit/signature.ts';
import type { VerifierKey } from '../../../workflows/audit/verifier-key.ts';
import { addCheckpointText } from '../../../workflows/audit/witness-request.ts';
import type { StoredCheckpoint } from '../../stores/checkpoints.ts';
import { nodeCodec } from '../../stores/codec.ts';
import { requested, type Answered } from '../http.ts';
import type { Prover } from '../prover.ts';
import type { Published, Sink } from './sink.ts';

export interface WitnessSinkInput {
  /** The submission prefix. */
  readonly url: string;
  readonly key: VerifierKey;
  readonly prove: Prover;
  /** How far this log is signed: another worker may have sent more than this one knows of. */
  readonly newestSize: () => Promise<number>;
}

const SIZE_TYPE = 'text/x.tlog.size';
/** It may be told another size once, and once more when another worker was quicker. */
const ATTEMPTS = 3;

export function createWitnessSink({ url, key, prove, newestSize }: WitnessSinkInput): Sink {
  /** What it has, as far as we know; a witness that was never asked is asked with nothing. */
  let has = 0;

  const send = async (
    { size, note }: StoredCheckpoint,
    old: number,
    signal: AbortSignal,
  ): Promise<Answered> =>
    requested(`${url.replace(/\/$/, '')}/add-checkpoint`, {
      type: 'text/plain; charset=utf-8',
      body: nodeCodec.encode(addCheckpointText({ old, proof: await prove(old, size), note }, nodeCodec)),
      signal,
    });

  return {
    name: `the witness ${key.name}`,
    gapMs: 0,
    async publish(newest, signal): Promise<Published> {
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const answered = await send(newest, has, signal);
        if (answered.kind === 'unreached') return { kind: 'later', reason: answered.reason };
        const { status, type, body } = answered;
        if (status === 200) {
          has = newest.size;
          return cosigned(newest.note, body, key);
        }
        const told = status === 409 && type === SIZE_TYPE ? decimalOf(body.replace(/\n$/, '')) : null;
        if (told === null) return refusal(status);
        if (told > newest.size)
          return told <= (await newestSize())
            ? { kind: 'kept', attachment: null }
            : refused(`it has seen ${told} entries and this log has fewer: the log was cut or restored`);
        has = told;
      }
      return { kind: 'later', reason: 'its size changes with every request' };
    },
  };
}

function cosigned(note: string, body: string, key: VerifierKey): Published {
  const reading = readNote(note, nodeCodec);
  const lines = readSignatures(body.split('\n').slice(0, -1), nodeCodec);
  if (reading.kind === 'refused' || lines === null || !body.endsWith('\n'))
    return refused('it answers with something that is no signature');
  const { text } = reading.note;
  const own = lines.filter(({ name, id }) => name === key.name && id === key.id);
  const verified = verifySignatures({ text, signatures: own }, [key], nodeCodec);
  if (verified.kind === 'refused' || verified.signers.length === 0)
    return refused('it answers with a signature that is not by the key in record.witnesses');
  const kept = own.slice(0, 1).map((line) => `${signatureLine(line, nodeCodec)}\n`);
  return { kind: 'kept', attachment: { kind: 'signatures', lines: kept.join('') } };
}

function refusal(status: number): Published {
  switch (status) {
    case 404:
      return refused('it does not know this log; give its operator the key of the log');
    case 403:
      return refused(
        'it does not know the key this log signs with; give its operator the new key of the log',
      );
    case 409:
      return refused('it saw other entries under this log of the same size: the log was rewritten or forked');
    case 422:
      return refused(
        'what it has seen of this log is not the beginning of it: the log was rewritten or forked',
      );
    default:
      return status >= 500 || status === 429
        ? { kind: 'later', reason: `it answers ${status}` }
        : refused(`it answers ${status}`);
  }
}

function refused(reason: string): Published {
  return { kind: 'refused', reason };
}
