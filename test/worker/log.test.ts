import { describe, expect, test } from '@jest/globals';
import { createLog, onOneLine } from '../../worker/log.ts';

function logged(text: string): readonly string[] {
  const lines: string[] = [];
  createLog((line) => void lines.push(line)).line(text);
  return lines;
}

describe('S05: whatever goes into the log is one line of it', () => {
  test.each([
    [
      'a line end and a forged line',
      'x\n2026 approve of card by ciso',
      'x\\u{000a}2026 approve of card by ciso',
    ],
    ['a carriage return', 'secret\rpublic', 'secret\\u{000d}public'],
    ['a terminal command', '\u001b[2Jgone\u001b]0;title\u0007', '\\u{001b}[2Jgone\\u{001b}]0;title\\u{0007}'],
    ['a zero byte', 'a\0b', 'a\\u{0000}b'],
    ['text from right to left', 'a\u202Eb', 'a\\u{202e}b'],
    ['a line separator of Unicode', 'a\u2028b', 'a\\u{2028}b'],
    ['half a character', 'a\ud800b', 'a\\u{d800}b'],
  ])('%s', (_what, text, line) => {
    expect(logged(text)).toEqual([line]);
  });

  test('a line of a megabyte is cut, and says how much is missing', () => {
    const [line = ''] = logged('x'.repeat(1_000_000));
    expect(line).toMatch(/^x{4000}… \(996000 more characters\)$/);
  });

  test('and a second pass changes nothing', () => {
    const once = onOneLine('a\nb\u001b[1m');
    expect(onOneLine(once)).toBe(once);
  });
});
