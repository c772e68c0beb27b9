import { describe, expect, test } from '@jest/globals';
import { parsePlaybook } from '../../workflows/language/parse.ts';
import type { Problem } from '../../workflows/language/problem.ts';
import { MOST_SOURCE_BYTES, readSource } from '../../workflows/language/source.ts';

const PLAYBOOK = 'id: a\ntasks:\n  b: {type: C}\n';
const bytes = (text: string) => new TextEncoder().encode(text);

function problemsOf(source: string | Uint8Array): readonly Problem[] {
  const parsed = parsePlaybook(source, 'a.yaml');
  return parsed.kind === 'problems' ? parsed.problems : [];
}

function briefly(source: string | Uint8Array): readonly string[] {
  return problemsOf(source).map(({ line, column, code }) => `${line}:${column} ${code}`);
}

/** Processor time, not the clock's: other work on the machine must not decide. */
function timed<T>(work: () => T): { readonly result: T; readonly ms: number } {
  const start = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(start);
  return { result, ms: (user + system) / 1000 };
}

describe('the text of a playbook, before it is parsed', () => {
  test.each([
    ['text', 'a'.repeat(MOST_SOURCE_BYTES + 1)],
    ['bytes', new Uint8Array(MOST_SOURCE_BYTES + 1)],
    ['text of few but long characters', '\u{1f512}'.repeat(MOST_SOURCE_BYTES / 4 + 1)],
  ])('one byte over the limit is refused by size alone, at once: %s', (_, source) => {
    const { result, ms } = timed(() => briefly(source));
    expect(result).toEqual(['1:1 too_large']);
    expect(ms).toBeLessThan(50);
  });

  test('a file of exactly the limit is read', () => {
    const full = `${PLAYBOOK}#${'x'.repeat(MOST_SOURCE_BYTES - PLAYBOOK.length - 1)}`;
    expect(full.length).toBe(MOST_SOURCE_BYTES);
    expect(parsePlaybook(full, 'a.yaml').kind).toBe('playbook');
  });

  test('a byte order mark and Windows line ends change nothing, not even positions', () => {
    const windows = `\ufeff${PLAYBOOK.replaceAll('\n', '\r\n')}`;
    const plain = parsePlaybook(PLAYBOOK, 'a.yaml');
    for (const source of [windows, bytes(windows)]) {
      const parsed = parsePlaybook(source, 'a.yaml');
      if (parsed.kind !== 'playbook' || plain.kind !== 'playbook') throw new Error('must parse');
      expect(parsed.playbook).toEqual(plain.playbook);
      expect(parsed.locate(['tasks', 'b', 'type'])).toEqual({ line: 3, column: 13 });
    }
  });

  test.each([
    ['a byte alone', [0x61, 0x0d, 0x0a, 0x62, 0xff, 0x63], '2:2 not_utf8'],
    ['an overlong form', [0xc0, 0xaf], '1:1 not_utf8'],
    ['a surrogate in bytes', [0x61, 0xed, 0xa0, 0x80], '1:2 not_utf8'],
  ])('bytes that are not UTF-8 are refused where they begin: %s', (_, given, expected) => {
    expect(briefly(new Uint8Array(given))).toEqual([expected]);
  });

  test.each([
    ['NUL', 'id: a\0b', '1:6 nul'],
    ['an escape character', 'id: \u001b[31m', '1:5 control_character'],
    ['a lone carriage return', 'id: a\rtasks:', '1:6 control_character'],
    ['a next-line character', 'id: a\u0085', '1:6 control_character'],
    ['a second byte order mark', 'id: \ufeffa', '1:5 control_character'],
    ['half a character', 'id: a\ntag: \ud83d', '2:6 lone_surrogate'],
    ['a bidi override', 'id: a\n# \u202e', '2:3 bidi_control'],
    ['a bidi isolate', 'id: \u2067a', '1:5 bidi_control'],
  ])('a character that hides or forges meaning has its own code: %s', (_, text, expected) => {
    expect(briefly(text)).toEqual([expected]);
  });

  test.each([
    ['nul', String.raw`"a\0"`],
    ['control_character', String.raw`"\e[31m"`],
    ['lone_surrogate', String.raw`"\uD83D"`],
    ['bidi_control', String.raw`"\u202Ea"`],
  ])('the same character does not get in as an escape: %s', (code, text) => {
    expect(briefly(`${PLAYBOOK}description: ${text}\n`)).toEqual([`4:14 ${code}`]);
    expect(briefly(`id: a\ntasks:\n  b:\n    type: C\n    inputs: {${text}: 1}\n`)).toEqual([`5:14 ${code}`]);
  });

  test('all of them are told at once, up to fifty', () => {
    expect(briefly('\0\u0001\n\u202e')).toEqual(['1:1 nul', '1:2 control_character', '2:1 bidi_control']);
    expect(problemsOf('\0'.repeat(1000))).toHaveLength(50);
  });

  test('what passes is the text as it was', () => {
    expect(readSource('a: "ü \u{1f512} \t"\r\n', 'a.yaml')).toEqual({
      kind: 'text',
      text: 'a: "ü \u{1f512} \t"\n',
    });
  });
});
