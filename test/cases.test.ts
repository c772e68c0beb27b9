/** The table of cases in docs/security.md names tests; each of them must be there under that name. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { rowsOf, section } from './docs/reading.ts';

const root = resolve(import.meta.dirname, '..');

const numbered = (letter: string, last: number): readonly string[] =>
  Array.from({ length: last }, (_, at) => `${letter}${String(at + 1).padStart(2, '0')}`);
const CASES = [
  ...numbered('P', 15),
  ...numbered('A', 22),
  ...numbered('S', 6),
  ...numbered('C', 5),
  'F06',
  'F12',
  'F18',
  // Nothing is tested under T09.
  ...numbered('T', 39).filter((id) => id !== 'T09'),
  ...numbered('Y', 13).slice(9),
];

interface Shown {
  readonly file: string;
  /** How the test's or the group's name begins. */
  readonly name: string;
}

/** `` `file`: name · `file`: name ``; null for a case that nothing shows yet. */
function shownIn(cell: string): readonly Shown[] | null {
  if (cell === 'not yet') return null;
  return cell.split(' · ').map((one) => {
    const [, file = '', name = ''] = /^`(test\/[^`]+)`: (.+)$/.exec(one) ?? [];
    return { file, name };
  });
}

/** What is missing of it; null when it is all there. */
function objectionTo({ file, name }: Shown): string | null {
  if (file === '' || name === '') return 'is no reference to a test';
  if (!existsSync(join(root, file))) return `${file} does not exist`;
  const text = readFileSync(join(root, file), 'utf8');
  const named = ["'", '`', '"', 'rehearsal: '].some((before) => text.includes(`${before}${name}`));
  return named ? null : `${file} has no test whose name begins with: ${name}`;
}

const rows = rowsOf(section('docs/security.md', '## Cases'), 'case');

describe('the table of cases', () => {
  test('has every case once', () => {
    expect(rows.map(([id]) => id)).toEqual(CASES);
  });

  test('names tests that there are', () => {
    const objections = rows.flatMap(([id, , cell = '']) =>
      (shownIn(cell) ?? []).flatMap((shown) => {
        const objection = objectionTo(shown);
        return objection === null ? [] : [`${id}: ${objection}`];
      }),
    );
    expect(objections).toEqual([]);
  });

  test('would not pass with a test that was renamed, or a file that is gone (control)', () => {
    const [here] = shownIn('`test/cases.test.ts`: has every case once') ?? [];
    const [renamed] = shownIn('`test/cases.test.ts`: has every case twice') ?? [];
    const [gone] = shownIn('`test/gone.test.ts`: x') ?? [];
    const objections = [here, renamed, gone].map((shown) =>
      shown === undefined ? 'no reference' : objectionTo(shown),
    );
    expect(objections).toEqual([
      null,
      expect.stringContaining('has no test'),
      expect.stringContaining('does not exist'),
    ]);
  });
});
