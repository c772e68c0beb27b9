/**
 * A time-stamping authority (RFC 3161): its signature over a checkpoint says that the log was so at that time. Only
 * the hash of the checkpoint's text is sent. The answer is kept beside the checkpoint as it came.
 */
import { createHash, randomBytes, type X509Certificate } from 'node:crypto';
import { readNote } from '../../../workflows/audit/note.ts';
import type { StoredCheckpoint } from '../../stores/checkpoints.ts';
import { nodeCodec } from '../../stores/codec.ts';
import { requested } from '../http.ts';
import { checkTimestamp } from '../timestamp-answer.ts';
import type { Published, Sink } from './sink.ts';

export interface TimestampSinkInput {
  readonly url: string;
  /** Certificates of the authority's signing keys. An answer by another is not believed. */
  readonly certificates: readonly X509Certificate[];
  /** Least seconds between two requests. */
  readonly everySeconds: number;
}

export function createTimestampSink({ url, certificates, everySeconds }: TimestampSinkInput): Sink {
  return {
    name: `the time-stamping authority ${new URL(url).host}`,
    gapMs: everySeconds * 1000,
    async publish(newest, signal): Promise<Published> {
      const text = stampedText(newest);
      const nonce = newNonce();
      const answered = await requested(url, {
        type: 'application/timestamp-query',
        body: timestampRequest(createHash('sha256').update(text).digest(), nonce),
        signal,
      });
      if (answered.kind === 'unreached') return { kind: 'later', reason: answered.reason };
      if (answered.status !== 200) return { kind: 'later', reason: `it answers ${answered.status}` };
      const checked = await checkTimestamp(answered.bytes, { data: text, nonce, certificates });
      return checked.kind === 'stamped'
        ? { kind: 'kept', attachment: { kind: 'timestamp', token: answered.bytes } }
        : { kind: 'refused', reason: checked.reason };
    },
  };
}

/** The text that the log signed: the same, whoever else signed it since. */
export function stampedText({ note }: Pick<StoredCheckpoint, 'note'>): Buffer {
  const reading = readNote(note, nodeCodec);
  if (reading.kind === 'refused') throw new Error(`a checkpoint of ours is no note: ${reading.reason}`);
  return Buffer.from(reading.note.text, 'utf8');
}

/** Positive, and without leading zeros in DER. */
function newNonce(): Buffer {
  const nonce = randomBytes(8);
  nonce[0] = ((nonce[0] ?? 0) & 0x7f) | 0x40;
  return nonce;
}

/** TimeStampReq, version 1, over a SHA-256 hash, with a nonce, and the certificate wanted in the answer. */
export function timestampRequest(hash: Uint8Array, nonce: Uint8Array): Buffer {
  const sha256 = Buffer.from('300d06096086480165030402010500', 'hex');
  const imprint = der(0x30, sha256, der(0x04, hash));
  return der(0x30, der(0x02, Buffer.from([1])), imprint, der(0x02, nonce), der(0x01, Buffer.from([0xff])));
}

/** All that is written here is shorter than 128 bytes, so a length is one byte. */
function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const bytes = Buffer.concat(content);
  return Buffer.concat([Buffer.from([tag, bytes.length]), bytes]);
}
