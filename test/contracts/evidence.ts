/** What every evidence archive must do, wherever it keeps things. */
import { createHash } from 'node:crypto';
import { expect } from '@jest/globals';
import { before } from '../../activities/evidence/handling.ts';
import type { EvidenceArchive, EvidenceItem } from '../../activities/evidence/store.ts';
import type { Law } from './law.ts';

export const sha256 = (bytes: Uint8Array | string): string =>
  createHash('sha256').update(bytes).digest('hex');

export const item = (changes: Partial<EvidenceItem> = {}): EvidenceItem => ({
  caseId: `INC-${Math.random()}`,
  task: 'snapshot',
  name: 'filters.json',
  mediaType: 'application/json',
  bytes: new TextEncoder().encode('{"filters":[]}'),
  ...changes,
});

const megabytes = async function* (count: number): AsyncGenerator<Uint8Array> {
  for (let n = 0; n < count; n += 1) yield Buffer.alloc(1024 * 1024, n % 251);
};

export const evidenceLaws: readonly Law<EvidenceArchive>[] = [
  {
    says: 'an item comes back as it was, under the hash of its bytes, and nothing under another',
    async holds(open) {
      const archive = await open();
      const stored = await archive.put(item());
      expect(stored).toEqual({ sha256: sha256('{"filters":[]}'), bytes: 14 });
      expect(Buffer.from((await archive.get(stored.sha256)) ?? []).toString()).toBe('{"filters":[]}');
      expect(await archive.get(sha256('other'))).toBeNull();
      expect(await archive.stream(sha256('other'), () => undefined)).toBe(false);
    },
  },
  {
    says: 'N09: the same bytes twice are one item with two lines of custody',
    async holds(open) {
      const archive = await open();
      const one = item({ name: 'a' });
      const first = await archive.put(one);
      expect(await archive.put({ ...one, name: 'b' })).toEqual(first);
      const [log] = await archive.custody(one.caseId);
      const lines = (log?.lines ?? []).map((line) => JSON.parse(Buffer.from(line).toString()) as object);
      expect(lines).toMatchObject([
        { action: 'stored', name: 'a', sha256: first.sha256, case: one.caseId },
        { action: 'stored', name: 'b', sha256: first.sha256 },
      ]);
    },
  },
  {
    says: 'every line of custody carries the hash of the one before, also when several write at once',
    async holds(open) {
      const archive = await open();
      const { caseId } = item();
      await Promise.all([1, 2, 3, 4].map((n) => archive.put(item({ caseId, name: `n${n}` }))));
      const [log] = await archive.custody(caseId);
      expect(log?.lines).toHaveLength(4);
      for (const [at, line] of (log?.lines ?? []).entries()) {
        const { prev } = JSON.parse(Buffer.from(line).toString()) as { prev: string };
        expect(prev).toBe(before(at === 0 ? null : (log?.lines[at - 1] ?? null)));
      }
    },
  },
  {
    says: 'a manifest is the same for the same items, and lists nothing that is not there',
    async holds(open) {
      const archive = await open();
      const one = item();
      const { sha256: hash } = await archive.put(one);
      const listed = [{ name: 'a', sha256: hash, bytes: 14 }];
      const first = await archive.manifest(one.caseId, 't', listed);
      expect(await archive.manifest(one.caseId, 't', listed)).toEqual(first);
      const absent = [{ name: 'a', sha256: sha256('absent'), bytes: 1 }];
      await expect(archive.manifest(one.caseId, 't', absent)).rejects.toMatchObject({
        code: 'evidence_missing',
      });
      const longer = [{ name: 'a', sha256: hash, bytes: 15 }];
      await expect(archive.manifest(one.caseId, 't', longer)).rejects.toMatchObject({
        code: 'evidence_mismatch',
      });
    },
  },
  {
    says: 'N09: ten megabytes in pieces are read once, kept whole, and handed over in order',
    async holds(open) {
      const archive = await open();
      const { bytes: _bytes, ...about } = item({ name: 'memory.img', mediaType: 'application/octet-stream' });
      const stored = await archive.putStream(about, megabytes(10));
      const hash = createHash('sha256');
      expect(await archive.stream(stored.sha256, (chunk) => void hash.update(chunk))).toBe(true);
      expect(hash.digest('hex')).toBe(stored.sha256);
      expect(stored.bytes).toBe(10 * 1024 * 1024);
    },
  },
  {
    says: 'N09: names and cases that look like paths, or differ only in case, are kept apart and lead nowhere',
    async holds(open) {
      const archive = await open();
      const unique = String(Math.random());
      const cases = [`../../etc/${unique}`, `INC/${unique}`, `inc/${unique}`, `INC\\${unique}`];
      for (const caseId of cases) await archive.put(item({ caseId, name: '../../../etc/passwd' }));
      for (const caseId of cases) {
        const logs = await archive.custody(caseId);
        expect(logs.map(({ lines }) => lines.length)).toEqual([1]);
        expect(logs[0]?.name).toMatch(/^[a-z0-9-]+$/);
      }
      expect(await archive.get('../custody')).toBeNull();
      expect(await archive.get(`../${'a'.repeat(61)}`)).toBeNull();
    },
  },
];
