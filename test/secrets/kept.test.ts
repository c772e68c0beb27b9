import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createKeptStore } from '../../activities/secrets/kept.ts';

const CANARY = 'canary-7f3a9c-value';
let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'cordon-kept-')), 'kept');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const secretFiles = () =>
  existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.secret')) : [];
const fileOf = async (name: string) => {
  const before = new Set(secretFiles());
  await createKeptStore(folder).keep(name, () => `${CANARY}-${name}`);
  return join(folder, secretFiles().find((file) => !before.has(file)) ?? 'none');
};

describe('A kept secret', () => {
  test('is made once: the same name gives the same value, also after a restart', async () => {
    let made = 0;
    const make = () => `${CANARY}-${(made += 1)}`;
    const first = await createKeptStore(folder).keep('run-1.rotate_password', make);
    const second = await createKeptStore(folder).keep('run-1.rotate_password', make);
    expect(first).toEqual({ reference: 'secret://kept/run-1.rotate_password', value: `${CANARY}-1` });
    expect(second).toEqual(first);
    expect(made).toBe(1);
  });

  test('has one value although twenty ask for it at once', async () => {
    let made = 0;
    const make = () => `${CANARY}-${(made += 1)}`;
    const kept = await Promise.all(
      Array.from({ length: 20 }, () => createKeptStore(folder).keep('name', make)),
    );
    expect(new Set(kept.map(({ value }) => value)).size).toBe(1);
    expect(secretFiles().length).toBe(1);
  });

  test('is read by its reference', async () => {
    const { reference, value } = await createKeptStore(folder).keep('name', () => CANARY);
    expect(await createKeptStore(folder).get(reference.replace('secret://kept/', ''))).toEqual({
      kind: 'secret',
      value,
    });
  });

  test('has a reference that may travel, whatever its name holds', async () => {
    for (const name of ['alice@corp.example', '../../etc/passwd', 'a//b', '..', '', 'x'.repeat(500)]) {
      const { reference } = await createKeptStore(folder).keep(name, () => CANARY);
      expect(reference).toMatch(/^secret:\/\/kept\/k-[0-9a-f]{40}$/);
      expect(reference).not.toContain('alice');
    }
    expect(secretFiles().length).toBe(6);
  });

  test('cannot be read from the disk, neither its value nor its name', async () => {
    await createKeptStore(folder).keep('rotate-alice', () => CANARY);
    for (const file of readdirSync(folder)) {
      expect(file).not.toContain('alice');
      const bytes = readFileSync(join(folder, file));
      for (const form of ['utf8', 'base64', 'hex'] as const)
        expect(bytes.toString('latin1')).not.toContain(Buffer.from(CANARY).toString(form));
    }
  });

  test('lies in files that only their owner may read, and leaves no drafts', async () => {
    await createKeptStore(folder).keep('name', () => CANARY);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const file of readdirSync(folder)) {
      expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
      expect(file).not.toContain('draft');
    }
  });

  test('is refused when it was made too short, and nothing is stored', async () => {
    await expect(createKeptStore(folder).keep('name', () => 'abc')).rejects.toThrow('fewer than 8');
    expect(secretFiles()).toEqual([]);
  });
});

describe('A kept secret does not open', () => {
  const code = async (name: string) => {
    const found = await createKeptStore(folder).get(name);
    return found.kind === 'no_secret' ? found.fault.code : 'opened';
  };

  test('when there is none', async () => {
    expect(await code('name')).toBe('secret_missing');
  });

  test('when one bit of it is flipped, and is not made anew either', async () => {
    const file = await fileOf('name');
    const bytes = readFileSync(file);
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    expect(await code('name')).toBe('secret_damaged');
    await expect(createKeptStore(folder).keep('name', () => 'another-secret')).rejects.toThrow(
      'does not open',
    );
  });

  test('when it is cut short or empty', async () => {
    const file = await fileOf('name');
    for (const length of [0, 5, 20]) {
      writeFileSync(file, readFileSync(file).subarray(0, length));
      expect(await code('name')).toBe('secret_damaged');
    }
  });

  test('when its file was exchanged for that of another', async () => {
    const [one, other] = [await fileOf('one'), await fileOf('other')];
    copyFileSync(one, other);
    expect(await code('one')).toBe('opened');
    expect(await code('other')).toBe('secret_damaged');
  });

  test('with another key, and a missing key is not made anew over it', async () => {
    await fileOf('name');
    writeFileSync(join(folder, 'key'), Buffer.alloc(32));
    expect(await code('name')).toBe('secret_damaged');
    rmSync(join(folder, 'key'));
    expect(await code('name')).toBe('secret_key');
    await expect(createKeptStore(folder).keep('another', () => CANARY)).rejects.toThrow('is missing');
    expect(readdirSync(folder)).not.toContain('key');
  });

  test('while others may read the key or enter the folder', async () => {
    await fileOf('name');
    chmodSync(join(folder, 'key'), 0o644);
    expect(await code('name')).toBe('secret_key');
    chmodSync(join(folder, 'key'), 0o600);
    chmodSync(folder, 0o755);
    expect(await code('name')).toBe('secret_key');
  });
});
