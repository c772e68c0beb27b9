import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createCatalogue } from '../../activities/catalogue/index.ts';
import { compilePlaybook } from '../../workflows/language/compile.ts';
import { parsePlaybook } from '../../workflows/language/parse.ts';
import { PROBLEM_CODES } from '../../workflows/language/problem-codes.ts';
import {
  formatProblem,
  formatProblems,
  inOrder,
  MOST_PROBLEMS,
  problem,
  quoted,
  utf8Length,
} from '../../workflows/language/problem.ts';

const page = readFileSync(join(resolve(import.meta.dirname, '../..'), 'docs/problems.md'), 'utf8');

/** Code, whether its example can be run, and the example. */
const sections = page
  .split(/^## /m)
  .slice(1)
  .map((section) => ({
    code: /^`([a-z_0-9]+)`\n/.exec(section)?.[1] ?? section.slice(0, 40),
    example: /```yaml\n([\s\S]*?)\n```/.exec(section)?.[1],
  }));

const catalogue = createCatalogue([]);

function codesOf(text: string): readonly string[] {
  const parsed = parsePlaybook(text, 'example.yaml');
  if (parsed.kind === 'problems') return parsed.problems.map(({ code }) => code);
  const compiled = compilePlaybook(parsed.playbook, catalogue, {
    file: 'example.yaml',
    locate: parsed.locate,
  });
  return compiled.kind === 'problems' ? compiled.problems.map(({ code }) => code) : [];
}

describe('the page of problems', () => {
  test('every code has its section, and every section its code', () => {
    expect(sections.map(({ code }) => code).sort()).toEqual(Object.keys(PROBLEM_CODES).sort());
  });

  test.each(sections.filter(({ example }) => example !== undefined))(
    'the example of $code gives that problem',
    ({ code, example }) => expect(codesOf(example ?? '')).toContain(code),
  );

  test('only what needs a large file, other bytes, connectors or a run has no example to run', () => {
    expect(sections.filter(({ example }) => example === undefined).map(({ code }) => code)).toEqual([
      'too_large',
      'not_utf8',
      'too_many_nodes',
      'too_many_entries',
      'too_many_tasks',
      'plan_too_large',
      'provider_needed',
      'no_connector',
      'unknown_context',
      'missing_context',
    ]);
  });
});

describe('a list of problems', () => {
  const at = (line: number, column = 1) => ({ file: 'a.yaml', line, column });

  test('reads as file, line, column, code, what is wrong and what to do', () => {
    expect(formatProblem(problem('tab', 'A tab', at(3, 5)))).toBe(
      'a.yaml:3:5 tab A tab\n  → Indent with spaces.',
    );
  });

  test('is in the order of the file and says nothing twice', () => {
    const [late, early] = [problem('tab', 'later', at(9)), problem('tab', 'earlier', at(2, 7))];
    expect(inOrder([late, early, { ...early }]).map(({ message }) => message)).toEqual(['earlier', 'later']);
  });

  test('has at most 50 entries and stays below 64 kB, however long the texts are', () => {
    const long = '\u{1f512}'.repeat(10_000);
    const many = Array.from({ length: 200 }, (_, line) =>
      problem(
        'tab',
        `${line} ${long}`,
        { ...at(line), file: long.slice(0, 200) },
        { path: [long], remedy: long },
      ),
    );
    const kept = inOrder(many);
    expect(kept.length).toBeGreaterThan(10);
    expect(kept.length).toBeLessThanOrEqual(MOST_PROBLEMS);
    expect(utf8Length(formatProblems(kept))).toBeLessThan(64 * 1024);
    expect(formatProblems(kept).isWellFormed()).toBe(true);
  });

  test('counts bytes as UTF-8 does', () => {
    for (const text of [
      '',
      'a',
      'ü',
      '€',
      '\u{1f512}',
      '\ud83d',
      '\udd12\ud83d',
      ['aü€', '\u{1f512}', '\ud83d', '\u{1f512}'].join(''),
    ])
      expect(utf8Length(text)).toBe(Buffer.byteLength(text));
  });

  test('shows what is invisible instead of printing it', () => {
    expect(quoted('a\u202eb\u001b[31m"\n')).toBe(String.raw`"a\u202eb\u001b[31m\"\n"`);
    expect(quoted('x'.repeat(100)).length).toBe(62);
  });
});
