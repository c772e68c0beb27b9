/**
 * Does an event id stand twice? A million ids as texts in a `Set` take over 100 MB. Here each takes eight bytes: the last
 * 52 bits of its hash, as a number. Equal numbers are found by sorting, and are a suspicion only; whether the ids are
 * equal the entries must show, once more. That is hardly ever asked: among a million, one time in ten thousand.
 */
export interface Ids {
  /** The id is 32 lower-case hex digits, from `start` on. */
  add(bytes: Uint8Array, start: number): void;
  /** Numbers that stand more than once. The list is in no order afterwards, and takes no more ids. */
  suspects(): readonly number[];
}

const SMALLEST = 1024;
/** Whatever somebody claims to bring, no more than this is set aside in advance. */
const MOST_IN_ADVANCE = 1 << 22;

/** `expected` saves growing; more may come. */
export function createIds(expected: number): Ids {
  let list = new Float64Array(Math.min(Math.max(expected, SMALLEST), MOST_IN_ADVANCE));
  let count = 0;
  return {
    add(bytes, start) {
      if (count === list.length) {
        const longer = new Float64Array(count * 2);
        longer.set(list);
        list = longer;
      }
      list[count] = idNumber(bytes, start);
      count += 1;
    },
    suspects() {
      const sorted = list.subarray(0, count).sort();
      const found = new Set<number>();
      for (let at = 1; at < sorted.length; at += 1) {
        const value = sorted[at] ?? 0;
        if (value === sorted[at - 1]) found.add(value);
      }
      return [...found];
    },
  };
}

/** The value of each hexadecimal digit, by its character code. */
const DIGIT = Uint8Array.from({ length: 128 }, (_, code) => {
  const value = parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(value) ? 0 : value;
});

const HIGH_DIGITS = 6;
const LOW_DIGITS = 7;
const DIGITS = 32;
const LOW = 2 ** (4 * LOW_DIGITS);

/** The last 13 digits: those before are a time, and alike in neighbours. */
export function idNumber(bytes: Uint8Array, start: number): number {
  const end = start + DIGITS;
  const middle = end - LOW_DIGITS;
  let high = 0;
  for (let at = middle - HIGH_DIGITS; at < middle; at += 1) high = (high << 4) | (DIGIT[bytes[at] ?? 0] ?? 0);
  let low = 0;
  for (let at = middle; at < end; at += 1) low = (low << 4) | (DIGIT[bytes[at] ?? 0] ?? 0);
  return high * LOW + low;
}
