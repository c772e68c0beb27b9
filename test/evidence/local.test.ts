import { createHash, randomBytes } from 'node:crypto';
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile, appendFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openLocalEvidence } from '../../activities/evidence/local.ts';
import type { EvidenceItem } from '../../activities/evidence/store.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cordon-evidence-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const item = (changes: Partial<EvidenceItem> = {}): EvidenceItem => ({
  caseId: 'INC-1',
  task: 'snapshot',
  name: 'filters.json',
  mediaType: 'application/json',
  bytes: bytesOf('{"filters":[]}'),
  ...changes,
});

interface Line {
  readonly prev: string;
  readonly actor: string;
  readonly action: string;
  readonly case: string;
  readonly name: string;
  readonly sha256: string;
  readonly at: string;
}

async function custody(): Promise<
  { readonly file: string; readonly raw: string[]; readonly lines: Line[] }[]
> {
  const names = (await readdir(join(dir, 'custody'))).filter((name) => name.endsWith('.jsonl')).sort();
  return Promise.all(
    names.map(async (name) => {
      const raw = (await readFile(join(dir, 'custody', name), 'utf8')).trimEnd().split('\n');
      return { file: name, raw, lines: raw.map((line) => JSON.parse(line) as Line) };
    }),
  );
}

const chained = (raw: readonly string[], lines: readonly Line[]): boolean =>
  lines.every((line, n) => line.prev === (n === 0 ? '0'.repeat(64) : sha256(String(raw[n - 1]))));

/** Runs `body` in a process of its own, with the store open as `store` and `base` as an item without bytes. */
async function elsewhere(body: string, shell = 'exec "$0" "$@"'): Promise<string> {
  const local = pathToFileURL(join(import.meta.dirname, '../../activities/evidence/local.ts')).href;
  const script = `
    const { openLocalEvidence } = await import(${JSON.stringify(local)});
    const store = await openLocalEvidence(${JSON.stringify(dir)});
    const base = { caseId: 'INC-1', task: 't', name: 'n', mediaType: 'text/plain' };
    ${body}`;
  const args = ['-c', shell, process.execPath, '--input-type=module', '-e', script];
  const { stdout } = await promisify(execFile)('/bin/sh', args);
  return stdout.trim();
}

describe('an item of evidence', () => {
  test('is kept under the hash of its bytes, read-only, and comes back as it was', async () => {
    const store = await openLocalEvidence(dir);
    const stored = await store.put(item());
    expect(stored).toEqual({ sha256: sha256('{"filters":[]}'), bytes: 14 });
    expect(await store.get(stored.sha256)).toEqual(Buffer.from('{"filters":[]}'));
    const { mode } = await stat(join(dir, 'sha256', stored.sha256));
    expect(mode & 0o222).toBe(0);
    expect(await readdir(join(dir, 'staging'))).toEqual([]);
  });

  test('of ten megabytes is kept whole', async () => {
    const store = await openLocalEvidence(dir);
    const bytes = randomBytes(10 * 1024 * 1024);
    const stored = await store.put(item({ bytes }));
    expect(stored.sha256).toBe(sha256(bytes));
    expect((await store.get(stored.sha256))?.byteLength).toBe(bytes.byteLength);
  });

  test('collected twice is stored once, and both handlings are in the custody log', async () => {
    const store = await openLocalEvidence(dir, 'worker-7');
    const results = await Promise.all([store.put(item()), store.put(item({ name: 'again.json' }))]);
    expect(new Set(results.map((result) => result.sha256)).size).toBe(1);
    expect(await readdir(join(dir, 'sha256'))).toHaveLength(1);
    const [log] = await custody();
    expect(log?.lines.map((line) => line.name).sort()).toEqual(['again.json', 'filters.json']);
    expect(log?.lines.every((line) => line.actor === 'worker-7' && line.action === 'stored')).toBe(true);
  });

  test('that was altered after it was stored is neither returned nor stored over', async () => {
    const store = await openLocalEvidence(dir);
    const stored = await store.put(item());
    const path = join(dir, 'sha256', stored.sha256);
    await chmod(path, 0o600);
    await writeFile(path, '{"filters":[1]}');
    await expect(store.get(stored.sha256)).rejects.toMatchObject({ code: 'evidence_mismatch' });
    await expect(store.put(item())).rejects.toMatchObject({ code: 'evidence_mismatch' });
    expect(await readFile(path, 'utf8')).toBe('{"filters":[1]}');
    expect((await custody())[0]?.lines).toHaveLength(1);
  });

  test('whose name climbs out of the directory touches nothing outside it', async () => {
    const inside = join(dir, 'store');
    const store = await openLocalEvidence(inside);
    const name = '../../../outside.json';
    await store.put(item({ name, caseId: '../../etc/passwd', task: '../x' }));
    expect(await readdir(dir)).toEqual(['store']);
    expect((await readdir(inside)).sort()).toEqual(['custody', 'sha256', 'staging']);
    const logs = (await readdir(join(inside, 'custody'))).filter((file) => file !== 'lock');
    expect(logs).toEqual([expect.stringMatching(/^[a-z0-9-]+\.jsonl$/)]);
    expect(await readFile(join(inside, 'custody', String(logs[0])), 'utf8')).toContain(JSON.stringify(name));
  });

  test('is not found under anything that is not a hash', async () => {
    const store = await openLocalEvidence(dir);
    await writeFile(join(dir, 'secret'), 'no');
    expect(await store.get('../secret')).toBeNull();
    expect(await store.get(sha256('never stored'))).toBeNull();
  });
});

describe('storage that fails', () => {
  test('because the directory is read-only is an error, and nothing is half stored', async () => {
    const store = await openLocalEvidence(dir);
    await chmod(dir, 0o755);
    for (const part of ['sha256', 'staging', 'custody']) await chmod(join(dir, part), 0o555);
    const root = process.geteuid?.() === 0;
    if (root) process.seteuid?.(65534);
    try {
      await expect(store.put(item())).rejects.toMatchObject({
        code: 'evidence_storage',
        message: expect.stringContaining('EACCES'),
      });
    } finally {
      if (root) process.seteuid?.(0);
      for (const part of ['sha256', 'staging', 'custody']) await chmod(join(dir, part), 0o700);
    }
    expect(await readdir(join(dir, 'sha256'))).toEqual([]);
  });

  test('because it takes no more bytes is an error, and nothing is half stored', async () => {
    // A limit of 1 MiB per file, with its signal ignored, makes the write itself fail as on a full disk.
    const said = await elsewhere(
      `await store.put({ ...base, bytes: new Uint8Array(4 * 1024 * 1024) })
        .then(() => console.log('stored'), (error) => console.log(error.code));`,
      `trap '' XFSZ; ulimit -f 2048; exec "$0" "$@"`,
    );
    expect(said).toBe('evidence_storage');
    expect(await readdir(join(dir, 'sha256'))).toEqual([]);
    expect(await readdir(join(dir, 'staging'))).toEqual([]);
    expect(await custody()).toEqual([]);
  });

  test('because something else stands in its place says so when it is opened', async () => {
    const path = join(dir, 'file');
    await writeFile(path, '');
    await expect(openLocalEvidence(path)).rejects.toMatchObject({ code: 'evidence_storage' });
  });
});

describe('a manifest', () => {
  test('lists its items by hash, is stored by hash itself, and is the same in any order', async () => {
    const store = await openLocalEvidence(dir);
    const one = { name: 'a.json', ...(await store.put(item({ name: 'a.json', bytes: bytesOf('one') }))) };
    const two = { name: 'b.json', ...(await store.put(item({ name: 'b.json', bytes: bytesOf('two') }))) };
    const first = await store.manifest('INC-1', 'snapshot', [one, two]);
    expect(await store.manifest('INC-1', 'snapshot', [two, one])).toEqual(first);
    const text = new TextDecoder().decode((await store.get(first.sha256)) ?? undefined);
    expect(text).toBe(
      `{"case":"INC-1","items":[{"bytes":3,"name":"a.json","sha256":"${sha256('one')}"},` +
        `{"bytes":3,"name":"b.json","sha256":"${sha256('two')}"}],"task":"snapshot","v":1}`,
    );
    expect(sha256(text)).toBe(first.sha256);
  });

  test('refuses an item that was never stored, or has another length', async () => {
    const store = await openLocalEvidence(dir);
    const stored = await store.put(item());
    const missing = { name: 'x', sha256: sha256('x'), bytes: 1 };
    await expect(store.manifest('INC-1', 't', [missing])).rejects.toMatchObject({ code: 'evidence_missing' });
    const longer = { name: 'x', sha256: stored.sha256, bytes: stored.bytes + 1 };
    await expect(store.manifest('INC-1', 't', [longer])).rejects.toMatchObject({ code: 'evidence_mismatch' });
  });
});

describe('the custody log', () => {
  test('chains every line to the one before, also when many come at once', async () => {
    const store = await openLocalEvidence(dir);
    await Promise.all(Array.from({ length: 20 }, (_, n) => store.put(item({ bytes: bytesOf(String(n)) }))));
    const [log] = await custody();
    expect(log?.lines).toHaveLength(20);
    expect(chained(log?.raw ?? [], log?.lines ?? [])).toBe(true);
    const tampered = (log?.raw ?? []).map((line, n) =>
      n === 3 ? line.replace('snapshot', 'snapshoT') : line,
    );
    expect(chained(tampered, log?.lines ?? [])).toBe(false);
  });

  test('goes on after a line that a crash cut short, and keeps what is left of it', async () => {
    const store = await openLocalEvidence(dir);
    await store.put(item());
    const [before] = await custody();
    await appendFile(join(dir, 'custody', String(before?.file)), '{"v":1,"pr');
    await store.put(item({ bytes: bytesOf('more') }));
    const raw = (await readFile(join(dir, 'custody', String(before?.file)), 'utf8')).trimEnd().split('\n');
    expect(raw).toHaveLength(3);
    expect(raw[1]).toBe('{"v":1,"pr');
    expect((JSON.parse(String(raw[2])) as Line).prev).toBe(sha256('{"v":1,"pr'));
  });

  test('keeps cases apart whose ids differ only in case or in what a path cannot hold', async () => {
    const store = await openLocalEvidence(dir);
    const ids = ['Case-1', 'case-1', 'case/1', 'case\u0000 1', 'x'.repeat(5000), 'line\nbreak'];
    for (const caseId of ids) await store.put(item({ caseId }));
    const logs = await custody();
    expect(new Set(logs.map((log) => log.file.toLowerCase())).size).toBe(ids.length);
    expect(logs.map((log) => log.lines.length)).toEqual(ids.map(() => 1));
    expect(new Set(logs.map((log) => log.lines[0]?.case))).toEqual(new Set(ids));
  });

  test('stays one chain when two processes write it at once', async () => {
    const many = (from: number): string => `
      for (let n = ${from}; n < ${from} + 20; n += 1) await store.put({ ...base, bytes: new Uint8Array([n]) });`;
    await Promise.all([elsewhere(many(0)), elsewhere(many(20))]);
    const [log] = await custody();
    expect(log?.lines).toHaveLength(40);
    expect(chained(log?.raw ?? [], log?.lines ?? [])).toBe(true);
  });
});
