import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { createS3Sink } from '../../activities/checkpoints/sinks/s3.ts';
import { createTimestampSink, stampedText } from '../../activities/checkpoints/sinks/timestamp.ts';
import { checkTimestamp } from '../../activities/checkpoints/timestamp-answer.ts';
import { nodeCodec } from '../../activities/stores/index.ts';
import type { StoredCheckpoint } from '../../activities/stores/checkpoints.ts';
import { checkpointText } from '../../workflows/audit/checkpoint.ts';
import { temporaryFolder } from '../audit/samples.ts';
import { hasOpenssl, startAuthority, type Authority } from './authority.ts';
import { flipped, noteOf, testKey } from './keys.ts';
import { keyringIn, LOG, memoryLog, signing, until } from './logs.ts';
import { CREDENTIALS, startObjectLock, type ObjectLock } from './object-lock.ts';

const folder = temporaryFolder();
const open: { close(): Promise<void> }[] = [];
afterAll(() => Promise.all(open.map((one) => one.close())));
let folders = 0;
const ownFolder = (): string => {
  const own = join(folder, String((folders += 1)));
  mkdirSync(own);
  return own;
};

const log = testKey(LOG, 'log');
const signal = (): AbortSignal => AbortSignal.timeout(20_000);

function signed(
  size: number,
  root = 'ab'.repeat(32),
  ...others: Parameters<typeof noteOf>[1][]
): StoredCheckpoint {
  return {
    size,
    note: noteOf(checkpointText({ origin: LOG, size, root }, nodeCodec), log, ...others),
    edge: [],
    timestamp: null,
  };
}

describe('object lock', () => {
  const REGION = 'eu-central-1';
  async function bucket(credentials = CREDENTIALS) {
    const double = await startObjectLock(REGION);
    open.push(double);
    const sink = createS3Sink({
      bucket: 'record',
      prefix: 'cordon/',
      region: REGION,
      endpoint: double.url,
      retainDays: 400,
      everySeconds: 0,
      log: LOG,
      credentials: async () => credentials,
    });
    return { double, sink };
  }
  const onlyObject = ({ objects }: ObjectLock) =>
    [...objects][0] ?? ['', { body: Buffer.alloc(0), until: new Date(0) }];

  test('a checkpoint is an object of its own that nobody can change until its retention ends', async () => {
    const { double, sink } = await bucket();
    expect(await sink.publish(signed(256), signal())).toEqual({ kind: 'kept', attachment: null });
    const [key, { body, until: end }] = onlyObject(double);
    expect(key).toMatch(/^\/record\/cordon\/[0-9a-f]{64}\/0000000000000256\.checkpoint$/);
    expect(body.toString()).toBe(signed(256).note);
    expect((end.getTime() - Date.now()) / 86_400_000).toBeCloseTo(400, 1);
  });

  test('the same checkpoint twice is one object, cosigned since or not', async () => {
    const { double, sink } = await bucket();
    await sink.publish(signed(7), signal());
    const cosigned = signed(7, undefined, testKey('w', 'witness'));
    expect(await sink.publish(cosigned, signal())).toEqual({ kind: 'kept', attachment: null });
    expect(double.objects.size).toBe(1);
  });

  test('another checkpoint of the same size is refused, and the first one stays', async () => {
    const { double, sink } = await bucket();
    await sink.publish(signed(7), signal());
    expect(await sink.publish(signed(7, 'cd'.repeat(32)), signal())).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/holds another checkpoint of 7 entries/),
    });
    expect(onlyObject(double)[1].body.toString()).toBe(signed(7).note);
  });

  test('a wrong secret is refused by the double, so signatures are really checked (control)', async () => {
    const { double, sink } = await bucket({ ...CREDENTIALS, secretAccessKey: 'another' });
    expect(await sink.publish(signed(7), signal())).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/403/),
    });
    expect(double.objects.size).toBe(0);
  });

  test('one attempt is one request: retries are ours', async () => {
    const { double, sink } = await bucket();
    double.faults.push({ status: 503, code: 'SlowDown' });
    expect(await sink.publish(signed(7), signal())).toMatchObject({
      kind: 'later',
      reason: expect.stringMatching(/503/),
    });
    expect(double.requests).toHaveLength(1);
    expect((await sink.publish(signed(7), signal())).kind).toBe('kept');
  });

  test('a bucket that cannot be reached is tried later', async () => {
    const { double, sink } = await bucket();
    await double.close();
    open.splice(open.indexOf(double), 1);
    expect(await sink.publish(signed(7), signal())).toMatchObject({ kind: 'later' });
  });

  test('a log that grows is in the bucket at its end', async () => {
    const { double, sink } = await bucket();
    const grown = memoryLog();
    const { checkpointer, lines } = await signing(grown, await keyringIn(ownFolder()), { sinks: [sink] });
    await grown.grow(300);
    await checkpointer.stop();
    expect(lines).toEqual([]);
    expect([...double.objects.keys()].at(-1)).toMatch(/0300\.checkpoint$/);
  });
});

const withOpenssl = hasOpenssl() ? describe : describe.skip;
if (!hasOpenssl())
  process.stderr.write(
    'openssl is not on the PATH: the tests against a real time-stamping authority are left out',
  );

withOpenssl('a time-stamping authority', () => {
  async function authority(
    ...args: Parameters<typeof startAuthority> extends [string, ...infer R] ? R : never
  ): Promise<Authority> {
    const started = await startAuthority(ownFolder(), ...args);
    open.push(started);
    return started;
  }
  const sinkOf = ({ url, certificate }: Authority) =>
    createTimestampSink({ url, certificates: [certificate], everySeconds: 0 });

  test.each([
    ['ec' as const, 'sha256'],
    ['rsa' as const, 'sha256'],
    ['rsa' as const, 'sha512'],
  ])(
    'with a key of %s and %s stamps a checkpoint, and openssl itself believes the stamp',
    async (kind, digest) => {
      const own = await authority(kind, { digest });
      const checkpoint = signed(7);
      const published = await sinkOf(own).publish(checkpoint, signal());
      expect(published).toMatchObject({ kind: 'kept', attachment: { kind: 'timestamp' } });
      if (published.kind !== 'kept' || published.attachment?.kind !== 'timestamp')
        throw new Error('no stamp');
      const answer = Buffer.from(published.attachment.token);
      const at = ownFolder();
      writeFileSync(join(at, 'answer.tsr'), answer);
      writeFileSync(join(at, 'data'), stampedText(checkpoint));
      const told = execFileSync(
        'openssl',
        ['ts', '-verify', '-in', join(at, 'answer.tsr'), '-data', join(at, 'data'), '-CAfile', own.file],
        { stdio: 'pipe' },
      );
      expect(told.toString()).toContain('OK');
      const question = { nonce: null, certificates: [own.certificate] };
      const stamp = await checkTimestamp(answer, { ...question, data: stampedText(checkpoint) });
      expect(stamp.kind === 'stamped' && Math.abs(stamp.time.getTime() - Date.now())).toBeLessThan(60_000);
      expect(await checkTimestamp(answer, { ...question, data: stampedText(signed(8)) })).toMatchObject({
        kind: 'refused',
      });
    },
    30_000,
  );

  test('is believed under its own certificate only', async () => {
    const [own, other] = [await authority(), await authority()];
    const sink = createTimestampSink({ url: own.url, certificates: [other.certificate], everySeconds: 0 });
    expect(await sink.publish(signed(7), signal())).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/not signed by a certificate/),
    });
    const both = createTimestampSink({
      url: own.url,
      certificates: [other.certificate, own.certificate],
      everySeconds: 0,
    });
    expect((await both.publish(signed(7), signal())).kind).toBe('kept');
  }, 30_000);

  test('that answers an earlier request again is refused', async () => {
    const own = await authority();
    const first = await sinkOf(own).publish(signed(7), signal());
    if (first.kind !== 'kept' || first.attachment?.kind !== 'timestamp') throw new Error('no stamp');
    own.answers.push(Buffer.from(first.attachment.token));
    expect(await sinkOf(own).publish(signed(7), signal())).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/answers another request/),
    });
  }, 30_000);

  test('whose certificate is for something else is refused', async () => {
    const own = await authority('ec', { usage: 'critical,timeStamping' });
    const wrong = new Proxy(own.certificate, {
      get: (target, name) =>
        name === 'keyUsage' ? ['1.3.6.1.5.5.7.3.1'] : Reflect.get(target, name, target),
    });
    const sink = createTimestampSink({ url: own.url, certificates: [wrong], everySeconds: 0 });
    expect(await sink.publish(signed(7), signal())).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/not for time stamps/),
    });
  }, 30_000);

  test('T3: any bit changed in its answer is refused, wherever it matters', async () => {
    const own = await authority();
    const published = await sinkOf(own).publish(signed(7), signal());
    if (published.kind !== 'kept' || published.attachment?.kind !== 'timestamp') throw new Error('no stamp');
    const answer = Buffer.from(published.attachment.token);
    const question = { data: stampedText(signed(7)), nonce: null, certificates: [own.certificate] };
    const before = await checkTimestamp(answer, question);
    let refusedCount = 0;
    for (let bit = 0; bit < answer.length * 8; bit += 1) {
      const after = await checkTimestamp(flipped(answer, bit >> 3, bit & 7), question);
      if (after.kind === 'refused') refusedCount += 1;
      // Certificates that travel along and unsigned wrapping may change; what is believed may not.
      else expect(after).toEqual(before);
    }
    expect(refusedCount).toBeGreaterThan(2_400);
  }, 120_000);

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['a refusal', Buffer.from('30053003020102', 'hex')],
    ['text', Buffer.from('<html>')],
  ])(
    'that answers %s is refused',
    async (_what, answer) => {
      const own = await authority();
      own.answers.push(answer);
      expect(await sinkOf(own).publish(signed(7), signal())).toMatchObject({ kind: 'refused' });
    },
    30_000,
  );

  test('a log that grows keeps the stamp beside its checkpoint', async () => {
    const own = await authority();
    const grown = memoryLog();
    const { checkpointer, lines } = await signing(grown, await keyringIn(ownFolder()), {
      sinks: [sinkOf(own)],
    });
    await grown.grow(10);
    await until(
      async () =>
        (await grown.ledger.checkpoints.newest())?.timestamp !== null &&
        (await grown.ledger.checkpoints.newest()) !== null,
    );
    await checkpointer.stop();
    expect(lines).toEqual([]);
    const newest = await grown.ledger.checkpoints.newest();
    if (newest?.timestamp === null || newest === null) throw new Error('no stamp');
    const question = { data: stampedText(newest), nonce: null, certificates: [own.certificate] };
    expect((await checkTimestamp(Buffer.from(newest.timestamp), question)).kind).toBe('stamped');
  }, 30_000);
});
