import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { parsePlaybook } from '../../workflows/language/parse.ts';
import { formatProblems, MOST_PROBLEMS, utf8Length } from '../../workflows/language/problem.ts';
import { MOST_SOURCE_BYTES } from '../../workflows/language/source.ts';

function codesOf(text: string): readonly string[] {
  const parsed = parsePlaybook(text, 'a.yaml');
  return parsed.kind === 'problems' ? parsed.problems.map(({ code }) => code) : [];
}

/** Processor time, not the clock's: other work on the machine must not decide. */
function timed<T>(work: () => T): { readonly result: T; readonly ms: number } {
  const start = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(start);
  return { result, ms: (user + system) / 1000 };
}

const numbered = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join('');

/** What YAML is made of, and what trips its readers. */
const PIECES =
  String.raw`a|"b"|'c'|: |:\n|, |[|]|{|}|- |? |\n|\n  | |# x\n|{{ a }}|&a |*a|!t |<<: |---\n|...\n|\t|"\n|012|~|id: a\n|tasks:\n`
    .split('|')
    .concat('|\\n', '>-\\n')
    .map((piece) => piece.replace('\\n', '\n').replace('\\t', '\t'));

describe('hostile YAML', () => {
  test('twenty thousand brackets, fifty times in one process, are refused fifty times, and memory comes back', () => {
    const bomb = '['.repeat(20_000);
    const before = process.memoryUsage().heapUsed;
    for (let round = 0; round < 50; round += 1) expect(codesOf(bomb)).toEqual(['too_deep']);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(100 * 1024 * 1024);
  });

  test.each([
    ['braces', '{a: '.repeat(2000)],
    ['indentation', numbered(1400, (depth) => `${' '.repeat(depth)}a:\n`)],
    ['dashes', '- '.repeat(2000)],
    ['dashes below one another', numbered(1400, (depth) => `${' '.repeat(depth)}-\n`)],
    ['keys on one line', 'a: '.repeat(20_000)],
    ['quoted keys on one line', '"a": '.repeat(20_000)],
    ['missing keys', ': '.repeat(20_000)],
    ['keys over several lines', 'a: b\n '.repeat(20_000)],
    ['quotes, brackets and text in turn', `["a", {'b': `.repeat(2000)],
  ])('deep nesting is refused before anything recurses into it: %s', (_, text) => {
    const { result, ms } = timed(() => codesOf(text));
    expect(result).toContain('too_deep');
    expect(ms).toBeLessThan(500);
  });

  test('sixty levels of a value are no trouble', () => {
    const value = `${'['.repeat(60)}${']'.repeat(60)}`;
    expect(codesOf(`id: a\ntasks: {b: {type: C, inputs: {d: ${value}}}}`)).toEqual([]);
  });

  test('eighty thousand keys in one mapping are refused in time', () => {
    const wide = numbered(80_000, (index) => `k${index}: 1\n`);
    expect(wide.length).toBeLessThan(MOST_SOURCE_BYTES);
    const { result, ms } = timed(() => codesOf(wide));
    expect(result).toContain('too_many_entries');
    expect(ms).toBeLessThan(6000);
  });

  test('ten thousand tasks in a megabyte are read in time', () => {
    const tasks = numbered(
      10_000,
      (i) =>
        `  task_${i}:\n    type: ListFilters\n    needs: [task_${Math.max(0, i - 1)}]\n    inputs: {a: b}\n`,
    );
    const { result, ms } = timed(() => parsePlaybook(`id: a\ntasks:\n${tasks}`, 'a.yaml'));
    expect(result.kind === 'playbook' && result.playbook.tasks.length).toBe(10_000);
    expect(ms).toBeLessThan(15_000);
  });

  test.each([
    ['billion laughs', 'a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]'],
    ['ninety aliases to one list', `a: &a [${'x, '.repeat(2000)}]\nb: [${'*a, '.repeat(90)}]`],
    ['a circle', 'a: &a [*a]'],
    ['an alias to nothing', 'a: *nowhere'],
  ])('aliases are refused, whatever they would make: %s', (_, text) => {
    expect(codesOf(text)).toContain('alias');
  });

  test.each([
    ['tag', 'a: !!js/function "return 1"'],
    ['tag', 'a: !!binary aGk='],
    ['tag', 'a: !mine {b: 1}'],
    ['anchor', 'a: &here b'],
    ['merge_key', 'a: {<<: {b: 1}}'],
    ['complex_key', '? [a]\n: b'],
    ['complex_key', '[a, b]: c'],
    ['complex_key', '{a: b}: c'],
    ['complex_key', 'a: {1: b}'],
    ['complex_key', 'a: {true: b}'],
    ['complex_key', ': b'],
    ['several_documents', 'a: 1\n---\nb: 2'],
    ['several_documents', 'a: 1\n...\nb: 2'],
    ['directive', '%YAML 1.1\n---\na: 1'],
    ['tab', 'a:\n\tb: c'],
    ['unquoted_expression', 'a: {{ b }}'],
    ['syntax', 'a: "b'],
    ['syntax', 'a: b: c'],
    ['syntax', 'a: "b" "c"'],
  ])('what playbooks do not use of YAML has its own code: %s in %j', (code, text) => {
    expect(codesOf(text)).toContain(code);
  });

  test('an empty block of text does not run into the next key', () => {
    const text =
      'id: a\ndescription: |\nseverity: low\ntasks:\n  b:\n    type: >-\n      C\n    approval_required: true\n';
    expect(codesOf(text)).toEqual([]);
  });

  test.each([
    ['a list of 200,000', `tags: [${'1,'.repeat(200_000)}]`],
    ['ten lists of 19,000', numbered(10, (i) => `t${i}: {needs: [${'1,'.repeat(19_000)}]}\n  `)],
    ['twenty thousand tasks', numbered(19_000, (i) => `T${i}: {typ: X}\n  `)],
    [
      'a hundred thousand numbers',
      `t: {type: X, inputs: {${numbered(10, (i) => `a${i}: [${'012,'.repeat(15_000)}],`)}}}`,
    ],
    ['half a million quotes', '"'.repeat(500_000)],
    ['values without anything between them', '"a"['.repeat(150_000)],
  ])('very many wrong values give at most fifty problems, small and soon: %s', (_, text) => {
    const { result, ms } = timed(() => parsePlaybook(`id: a\ntasks:\n  ${text}`, 'a.yaml'));
    if (result.kind !== 'problems') throw new Error('must be refused');
    expect(result.problems.length).toBeLessThanOrEqual(MOST_PROBLEMS);
    expect(utf8Length(formatProblems(result.problems))).toBeLessThan(64 * 1024);
    expect(ms).toBeLessThan(45_000);
  });

  test('no text makes the parser throw or recurse too deeply', () => {
    const piece = fc.constantFrom(...PIECES);
    const repeated = fc
      .tuple(fc.array(piece, { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 150 }))
      .map(([pieces, times]) => pieces.join('').repeat(times));
    const pieces = fc.array(fc.oneof(piece, fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 60 });
    const text = fc.oneof(
      pieces.map((some) => some.join('')),
      fc.tuple(repeated, repeated).map(([a, b]) => a + b),
    );
    fc.assert(
      fc.property(text, (some) => {
        const parsed = parsePlaybook(some, 'a.yaml');
        if (parsed.kind === 'playbook') return;
        expect(parsed.problems.length).toBeGreaterThan(0);
        for (const { line, column } of parsed.problems)
          expect(Math.min(line, column)).toBeGreaterThanOrEqual(1);
      }),
      { numRuns: 500 },
    );
  });

  test('no bytes make it throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (some) => {
        expect(['playbook', 'problems']).toContain(parsePlaybook(some, 'a.yaml').kind);
      }),
      { numRuns: 500 },
    );
  });
});
