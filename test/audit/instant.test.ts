import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { instantOf, instantText, LAST_INSTANT } from '../../workflows/audit/instant.ts';

test('times are written as the platform writes them, and read back to the millisecond', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: LAST_INSTANT }), (ms) => {
      const text = instantText(ms);
      expect(text).toBe(new Date(ms).toISOString());
      expect(instantOf(text)).toBe(ms);
    }),
    { numRuns: 2000 },
  );
});

test.each([0, 951_782_399_999, 951_782_400_000, 951_868_800_000, 4_107_542_400_000, LAST_INSTANT])(
  'leap days and century ends: %d',
  (ms) => {
    expect(instantText(ms)).toBe(new Date(ms).toISOString());
  },
);

test.each([
  '2026-02-29T00:00:00.000Z',
  '2026-13-01T00:00:00.000Z',
  '2026-01-01T24:00:00.000Z',
  '2026-01-01T00:00:60.000Z',
  '2026-01-01T00:00:00Z',
  '2026-01-01T00:00:00.000+00:00',
  '1969-12-31T23:59:59.999Z',
  '2026-00-10T00:00:00.000Z',
  '',
])('%s is no time of the record', (text) => {
  expect(instantOf(text)).toBeNull();
});

test.each([-1, 0.5, Number.NaN, LAST_INSTANT + 1])('%d is refused as a time', (ms) => {
  expect(() => instantText(ms)).toThrow(RangeError);
});
