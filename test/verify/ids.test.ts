import { describe, expect, test } from '@jest/globals';
import { createIds, idNumber } from '../../activities/verify/ids.ts';
import { findTwice } from '../../activities/verify/twice.ts';
import { items, logOf, sourceOf } from './logs.ts';

const bytesOf = (id: string): Buffer => Buffer.from(id);
const ID = '0190a1b2c3d4e5f60718293a4b5c6d7e';

describe('ids that may stand twice', () => {
  test('are known by the last thirteen digits', () => {
    expect(idNumber(bytesOf(ID), 0)).toBe(Number.parseInt(ID.slice(-13), 16));
    expect(idNumber(bytesOf(`xx${ID}`), 2)).toBe(Number.parseInt(ID.slice(-13), 16));
  });

  test('are told once each, among any number and in any order', () => {
    const ids = createIds(0);
    for (let n = 0; n < 5_000; n += 1) ids.add(bytesOf(n.toString(16).padStart(32, '0')), 0);
    for (const n of [17, 4_000, 17]) ids.add(bytesOf(n.toString(16).padStart(32, '0')), 0);
    expect(ids.suspects()).toEqual([17, 4_000]);
  });

  test('are a suspicion only: ids that differ in their first digits are found different', async () => {
    const ids = createIds(2);
    ids.add(bytesOf(ID), 0);
    ids.add(bytesOf(`1${ID.slice(1)}`), 0);
    expect(ids.suspects()).toHaveLength(1);
    const log = logOf(items(3));
    const numbers = log.entries.map((entry) => {
      const { id } = JSON.parse(entry.toString()) as { readonly id: string };
      return Number.parseInt(id.slice(-13), 16);
    });
    expect(await findTwice(sourceOf(log), numbers)).toBeNull();
  });
});
