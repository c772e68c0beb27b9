/** What every store of checkpoints must do. */
import { expect } from '@jest/globals';
import type { StoredCheckpoint } from '../../activities/stores/checkpoints.ts';
import type { Ledger } from '../../activities/stores/ledger.ts';
import type { Law } from './law.ts';

export function checkpoint(size: number, root = 'root'): StoredCheckpoint {
  return { size, note: `log\n${size}\n${root}\n\n— log AAAAAAAA\n`, edge: ['aa', 'bb'], timestamp: null };
}

const sizes = (all: readonly StoredCheckpoint[]): number[] => all.map(({ size }) => size);

export const checkpointLaws: readonly Law<Ledger>[] = [
  {
    says: 'checkpoints are found as they were put, by size and from a size on',
    async holds(open) {
      const { checkpoints } = await open();
      expect(await checkpoints.newest()).toBeNull();
      expect(await checkpoints.put([checkpoint(3), checkpoint(256)])).toEqual({ kind: 'stored' });
      expect(await checkpoints.put([{ ...checkpoint(300), edge: [] }])).toEqual({ kind: 'stored' });
      expect(await checkpoints.newest()).toEqual({ ...checkpoint(300), edge: [] });
      expect((await checkpoints.atOrBefore(299))?.size).toBe(256);
      expect(await checkpoints.atOrBefore(256)).toEqual(checkpoint(256));
      expect(await checkpoints.atOrBefore(2)).toBeNull();
      expect(sizes(await checkpoints.list(4, 10))).toEqual([256, 300]);
      expect(sizes(await checkpoints.list(0, 2))).toEqual([3, 256]);
    },
  },
  {
    says: 'the newest checkpoint never goes back, and what would go back leaves nothing',
    async holds(open) {
      const { checkpoints } = await open();
      await checkpoints.put([checkpoint(10)]);
      expect(await checkpoints.put([checkpoint(10, 'other')])).toEqual({
        kind: 'behind',
        newest: checkpoint(10),
      });
      expect(await checkpoints.put([checkpoint(9), checkpoint(11)])).toMatchObject({ kind: 'behind' });
      expect(sizes(await checkpoints.list(0, 10))).toEqual([10]);
      expect(await checkpoints.newest()).toEqual(checkpoint(10));
    },
  },
  {
    says: 'of many who follow the same checkpoint at once, one is stored',
    async holds(open) {
      const { checkpoints } = await open();
      const answers = await Promise.all(
        ['a', 'b', 'c', 'd'].map((root) => checkpoints.put([checkpoint(5, root)])),
      );
      expect(answers.filter(({ kind }) => kind === 'stored')).toHaveLength(1);
    },
  },
  {
    says: 'signatures and a time stamp are added to the checkpoint they belong to, each once',
    async holds(open) {
      const { checkpoints } = await open();
      await checkpoints.put([checkpoint(1), checkpoint(2)]);
      const [one, two] = ['— w1 AAAAAAAB\n', '— w2 AAAAAAAC\n'];
      await Promise.all([
        checkpoints.attach(1, { kind: 'signatures', lines: one }),
        checkpoints.attach(1, { kind: 'signatures', lines: two }),
      ]);
      await checkpoints.attach(1, { kind: 'signatures', lines: one + two });
      await checkpoints.attach(1, { kind: 'timestamp', token: new Uint8Array([1, 2, 3]) });
      await checkpoints.attach(7, { kind: 'signatures', lines: one });
      const kept = await checkpoints.atOrBefore(1);
      expect(kept?.note.startsWith(checkpoint(1).note)).toBe(true);
      expect(kept?.note.slice(checkpoint(1).note.length).match(/\n/g)).toHaveLength(2);
      expect(Buffer.from(kept?.timestamp ?? [])).toEqual(Buffer.from([1, 2, 3]));
      expect(await checkpoints.newest()).toEqual(checkpoint(2));
    },
  },
];
