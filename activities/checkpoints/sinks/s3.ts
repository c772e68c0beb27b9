/**
 * Checkpoints in S3 under object lock in compliance mode: until the retention ends nobody can change or delete one,
 * the account's owner included. Each is an object of its own and is never written twice.
 */
import type { S3Client } from '@aws-sdk/client-s3';
import { readNote, noteText } from '../../../workflows/audit/note.ts';
import type { StoredCheckpoint } from '../../stores/checkpoints.ts';
import { nodeCodec } from '../../stores/codec.ts';
import type { Published, Sink } from './sink.ts';

export interface S3Settings {
  readonly bucket: string;
  /** Before the names of the objects; empty, or ending with a slash. */
  readonly prefix: string;
  readonly region: string;
  /** Null: Amazon's own. */
  readonly endpoint: string | null;
  readonly retainDays: number;
  /** Least seconds between two objects. */
  readonly everySeconds: number;
}

export interface S3SinkInput extends S3Settings {
  readonly log: string;
  /** Null: where the SDK finds them by itself. */
  readonly credentials:
    (() => Promise<{ readonly accessKeyId: string; readonly secretAccessKey: string }>) | null;
}

const DAY_MS = 86_400_000;
const ATTEMPT_MS = 10_000;

export function createS3Sink(input: S3SinkInput): Sink {
  let client: Promise<S3Client> | null = null;
  return {
    name: `the bucket ${input.bucket}`,
    gapMs: input.everySeconds * 1000,
    async publish(newest, signal): Promise<Published> {
      client ??= clientOf(input);
      try {
        return await put(await client, newest, input, signal);
      } catch (error) {
        return answerOf(error);
      }
    },
  };
}

/** The SDK is large, and most deployments have no bucket. Retries are ours, as everywhere. */
async function clientOf({ region, endpoint, credentials }: S3SinkInput): Promise<S3Client> {
  const { S3Client } = await import('@aws-sdk/client-s3');
  return new S3Client({
    region,
    maxAttempts: 1,
    requestHandler: { requestTimeout: ATTEMPT_MS, connectionTimeout: ATTEMPT_MS },
    ...(endpoint === null ? {} : { endpoint, forcePathStyle: true }),
    ...(credentials === null ? {} : { credentials }),
  });
}

async function put(
  client: S3Client,
  { size, note }: StoredCheckpoint,
  { bucket, prefix, log, retainDays }: S3SinkInput,
  signal: AbortSignal,
): Promise<Published> {
  const { PutObjectCommand, GetObjectCommand } = await import('@aws-sdk/client-s3');
  // Sorted by name they are sorted by size; the log's name is in the text, and its hash keeps logs apart.
  const Key = `${prefix}${folderOf(log)}/${String(size).padStart(16, '0')}.checkpoint`;
  const place = { Bucket: bucket, Key };
  const body = byTheLog(note, log);
  try {
    await client.send(
      new PutObjectCommand({
        ...place,
        Body: body,
        ContentType: 'text/plain; charset=utf-8',
        IfNoneMatch: '*',
        ObjectLockMode: 'COMPLIANCE',
        ObjectLockRetainUntilDate: new Date(Date.now() + retainDays * DAY_MS),
      }),
      { abortSignal: signal },
    );
    return KEPT;
  } catch (error) {
    if (statusOf(error) !== 412) throw error;
  }
  const found = await client.send(new GetObjectCommand(place), { abortSignal: signal });
  const text = (await found.Body?.transformToString('utf8')) ?? '';
  return textOf(text) === textOf(body)
    ? KEPT
    : {
        kind: 'refused',
        reason: `it holds another checkpoint of ${size} entries; the log was rewritten or forked`,
      };
}

const KEPT: Published = { kind: 'kept', attachment: null };

/** Without what others signed since: the same object, whoever writes it first. */
function byTheLog(note: string, log: string): string {
  const reading = readNote(note, nodeCodec);
  if (reading.kind === 'refused') return note;
  const signatures = reading.note.signatures.filter(({ name }) => name === log);
  return noteText({ text: reading.note.text, signatures }, nodeCodec);
}

function folderOf(log: string): string {
  return Buffer.from(nodeCodec.sha256(nodeCodec.encode(log))).toString('hex');
}

function textOf(note: string): string {
  return note.slice(0, note.indexOf('\n\n'));
}

/** What S3 refuses stays refused until somebody changes a setting; what it could not do now may work later. */
function answerOf(error: unknown): Published {
  const status = statusOf(error);
  const name = error instanceof Error ? error.name : 'unknown error';
  if (status === null) return { kind: 'later', reason: `it cannot be reached (${name})` };
  const isOver = status >= 500 || status === 409 || status === 429;
  return isOver
    ? { kind: 'later', reason: `it answers ${status} (${name})` }
    : {
        kind: 'refused',
        reason: `it answers ${status} (${name}); check the credentials, and that the bucket has object lock`,
      };
}

function statusOf(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return null;
  const { httpStatusCode } = error.$metadata as { readonly httpStatusCode?: number };
  return httpStatusCode ?? null;
}
