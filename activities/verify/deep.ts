/** Reads every entry whole: canonical to the last byte, every field of its type, its id derived from what it is. */
import { readEntry } from '../../workflows/audit/reading.ts';
import { nodeCodec } from '../stores/codec.ts';
import type { Check } from './check.ts';

export function createDeepCheck(): Check {
  let index = 0;
  return {
    add(bytes, from, to) {
      const reading = readEntry(bytes.subarray(from, to), nodeCodec);
      const place = index;
      index += 1;
      if (reading.kind === 'entry') return null;
      return { code: 'entry_broken', index: place, noticed: place, reason: reading.reason };
    },
  };
}
