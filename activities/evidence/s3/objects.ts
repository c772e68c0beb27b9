/** Objects of a bucket, each written once: what is there is never replaced. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { EvidenceError } from '../store.ts';
import type { Clients } from './client.ts';
import type { S3Config } from './config.ts';

export interface NewObject {
  /** Below the prefix. */
  readonly key: string;
  readonly mediaType: string;
  readonly sha256: string;
  readonly bytes: number;
  /** Its bytes: held, or in a file that stays until the call is back. */
  readonly content: Uint8Array | { readonly file: string };
  readonly metadata: Readonly<Record<string, string>>;
}

export interface Objects {
  /** False: there is one already, and it was left as it is. Throws an `EvidenceError`. */
  create(object: NewObject): Promise<boolean>;
  /** False when there is none. */
  read(key: string, take: (chunk: Buffer) => void): Promise<boolean>;
  /** Keys below a prefix, in order. */
  list(prefix: string): Promise<readonly string[]>;
}

/** What two writers at once may see before one of them wins. */
const MOST_TRIES = 5;

export function createObjects(config: S3Config, clients: Clients): Objects {
  const { bucket: Bucket, prefix = '', lock } = config;
  return {
    async create(object) {
      const { PutObjectCommand } = await import('@aws-sdk/client-s3');
      const client = await clients.open();
      for (let tries = 1; ; tries += 1) {
        const command = new PutObjectCommand({
          Bucket,
          Key: prefix + object.key,
          Body: object.content instanceof Uint8Array ? object.content : createReadStream(object.content.file),
          ContentLength: object.bytes,
          ContentType: object.mediaType,
          ChecksumSHA256: Buffer.from(object.sha256, 'hex').toString('base64'),
          IfNoneMatch: '*',
          Metadata: { ...object.metadata },
          ...(lock === undefined
            ? {}
            : { ObjectLockMode: lock.mode, ObjectLockRetainUntilDate: daysFromNow(lock.days) }),
        });
        signedOver(command, object.sha256);
        try {
          await client.send(command);
          return true;
        } catch (error) {
          const status = statusOf(error);
          if (status === 412) return false;
          if (status !== 409 || tries >= MOST_TRIES) throw troubleWith(config, error);
        }
      }
    },
    async read(key, take) {
      const { GetObjectCommand } = await import('@aws-sdk/client-s3');
      const client = await clients.open(take);
      try {
        await client.send(new GetObjectCommand({ Bucket, Key: prefix + key }));
      } catch (error) {
        if (statusOf(error) === 404) return false;
        throw troubleWith(config, error);
      }
      return true;
    },
    async list(below) {
      const { ListObjectsV2Command } = await import('@aws-sdk/client-s3');
      const client = await clients.open();
      const keys: string[] = [];
      for (let token: string | undefined; ;) {
        const command = new ListObjectsV2Command({
          Bucket,
          Prefix: prefix + below,
          ...(token === undefined ? {} : { ContinuationToken: token }),
        });
        const page = await client.send(command).catch((error: unknown) => {
          throw troubleWith(config, error);
        });
        keys.push(...(page.Contents ?? []).flatMap(({ Key }) => (Key ? [Key.slice(prefix.length)] : [])));
        token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
        if (token === undefined) return keys.sort();
      }
    },
  };
}

/** The body's hash goes into the signature: left alone, the client signs a stream without it. */
function signedOver(
  command: { readonly middlewareStack: { add(step: never, options: never): void } },
  sha256: string,
): void {
  const step = (next: (args: unknown) => Promise<unknown>) => (args: unknown) => {
    const { headers } = (args as { request: { headers: Record<string, string> } }).request;
    headers['x-amz-content-sha256'] = sha256;
    return next(args);
  };
  command.middlewareStack.add(step as never, { step: 'build', name: 'signedOver' } as never);
}

function daysFromNow(days: number): Date {
  return new Date(Date.now() + days * 24 * 3_600_000);
}

function statusOf(error: unknown): number | null {
  const { $metadata } = Object(error) as { readonly $metadata?: { readonly httpStatusCode?: unknown } };
  return typeof $metadata?.httpStatusCode === 'number' ? $metadata.httpStatusCode : null;
}

/** The client's own message may quote the request. */
function troubleWith({ bucket }: S3Config, error: unknown): EvidenceError {
  if (error instanceof EvidenceError) return error;
  const { code, name } = Object(error) as { readonly code?: unknown; readonly name?: unknown };
  const status = statusOf(error);
  const word = typeof code === 'string' ? code : typeof name === 'string' ? name : 'unknown';
  const plain = /^[A-Za-z0-9_.]{1,60}$/.test(word) ? word : 'unknown';
  return new EvidenceError(
    'evidence_storage',
    `the evidence bucket ${bucket} cannot be used (${status === null ? plain : `${status} ${plain}`}); ` +
      'check evidence_s3, its keys, and that the bucket exists and allows reading, listing and writing',
  );
}

/** For a check without holding what is checked. */
export function hashing(): { take(chunk: Uint8Array): void; sha256(): string; bytes(): number } {
  const hash = createHash('sha256');
  let bytes = 0;
  return {
    take(chunk) {
      hash.update(chunk);
      bytes += chunk.byteLength;
    },
    sha256: () => hash.digest('hex'),
    bytes: () => bytes,
  };
}
