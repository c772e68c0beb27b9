import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openLocalEvidence } from '../../activities/evidence/local.ts';
import type { S3Config } from '../../activities/evidence/s3/config.ts';
import { createS3Evidence } from '../../activities/evidence/s3/s3.ts';
import type { EvidenceArchive } from '../../activities/evidence/store.ts';
import { evidenceLaws, item, sha256 } from '../contracts/evidence.ts';
import { breaks, keeps } from '../contracts/law.ts';
import { startS3Double, type S3Double } from './s3-double.ts';

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));
const local = (): Promise<EvidenceArchive> => {
  const folder = mkdtempSync(join(tmpdir(), 'cordon-evidence-'));
  folders.push(folder);
  return openLocalEvidence(folder);
};

let double: S3Double;
beforeEach(async () => {
  double = await startS3Double();
});
afterEach(() => double.close());
const bucket = (over: Partial<S3Config> = {}): EvidenceArchive =>
  createS3Evidence({
    bucket: double.bucket,
    region: 'eu-central-1',
    endpoint: double.url,
    accessKeyId: async () => double.accessKeyId,
    secretAccessKey: async () => double.secretAccessKey,
    ...over,
  });

keeps('evidence in a directory', evidenceLaws, local);
keeps('evidence in a bucket', evidenceLaws, () => bucket());
keeps('evidence in a bucket, below a prefix and locked', evidenceLaws, () =>
  bucket({ prefix: 'cordon/prod/', lock: { mode: 'COMPLIANCE', days: 30 } }),
);

/** Any service: S3_TEST_ENDPOINT, S3_TEST_BUCKET, S3_TEST_KEY, S3_TEST_SECRET, and S3_TEST_REGION where it matters. */
const { env } = process;
const endpoint = env['S3_TEST_ENDPOINT'];
if (endpoint !== undefined)
  keeps(`evidence at ${endpoint}`, evidenceLaws, () =>
    createS3Evidence({
      bucket: env['S3_TEST_BUCKET'] ?? 'cordon-test',
      region: env['S3_TEST_REGION'] ?? 'us-east-1',
      endpoint,
      prefix: `run-${Date.now()}-${Math.random()}/`,
      accessKeyId: async () => env['S3_TEST_KEY'] ?? '',
      secretAccessKey: async () => env['S3_TEST_SECRET'] ?? '',
    }),
  );

describe('an archive that does not keep its word', () => {
  breaks(
    'one that returns other bytes',
    evidenceLaws,
    'an item comes back as it was, under the hash of its bytes, and nothing under another',
    async () => ({ ...(await local()), get: async () => new Uint8Array([1]) }),
  );
  breaks(
    'one whose custody loses lines',
    evidenceLaws,
    'N09: the same bytes twice are one item with two lines of custody',
    async () => {
      const archive = await local();
      const custody: EvidenceArchive['custody'] = async (caseId) =>
        (await archive.custody(caseId)).map((log) => ({ ...log, lines: log.lines.slice(1) }));
      return { ...archive, custody };
    },
  );
});

describe('evidence in a bucket', () => {
  test('the double refuses a signature made with another key, and the error quotes neither (control)', async () => {
    const wrong = bucket({ secretAccessKey: async () => 'canary-another-key' });
    const error: unknown = await wrong.put(item()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'evidence_storage', message: expect.stringContaining('403') });
    expect(String(error)).not.toContain('canary');
    expect(double.objects.size).toBe(0);
  });

  test('with object lock, what is stored can neither be replaced nor deleted', async () => {
    const archive = bucket({ lock: { mode: 'COMPLIANCE', days: 30 } });
    const { sha256: hash } = await archive.put(item());
    const stored = double.objects.get(`sha256/${hash}`);
    expect(stored?.headers).toMatchObject({
      'x-amz-object-lock-mode': 'COMPLIANCE',
      'if-none-match': '*',
      'x-amz-checksum-sha256': Buffer.from(hash, 'hex').toString('base64'),
    });
    expect(stored?.lockedUntil).toBeGreaterThan(Date.now() + 29 * 24 * 3_600_000);
  });

  test('N09: an object that was altered behind our back is told, by every way to it', async () => {
    const archive = bucket();
    const { sha256: hash } = await archive.put(item());
    const stored = double.objects.get(`sha256/${hash}`);
    if (stored) stored.bytes = Buffer.from('{"filters":[1]}');
    await expect(archive.get(hash)).rejects.toMatchObject({ code: 'evidence_mismatch' });
    await expect(archive.put(item())).rejects.toMatchObject({ code: 'evidence_mismatch' });
  });

  test('two who write at once are told by the service, and the loser tries again', async () => {
    double.fail('PUT', 409, 409);
    expect(await bucket().put(item())).toMatchObject({ bytes: 14 });
  });

  test('N09: a service that is full or slow is a fault that can be tried again, after one attempt', async () => {
    double.fail('PUT', 503);
    await expect(bucket().put(item())).rejects.toMatchObject({ code: 'evidence_storage' });
    expect(double.log).toHaveLength(1);
  });

  test('a stored item leaves nothing behind on this machine', async () => {
    const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith('cordon-evidence-')).length;
    const before = left();
    const { bytes, ...about } = item();
    await bucket().putStream(about, [bytes] as unknown as AsyncIterable<Uint8Array>);
    expect(left()).toBe(before);
    expect(double.objects.has(`sha256/${sha256(bytes)}`)).toBe(true);
  });
});
