import { describe, expect, test } from '@jest/globals';
import type { ContextVariable } from '../../workflows/language/playbook.ts';
import { fullContext, partialContext } from '../../client/planning/context.ts';
import { parseContext } from '../../client/planning/parse-context.ts';

function variable(type: ContextVariable['type'], required = true): ContextVariable {
  return { type, required };
}

const DECLARED = {
  target: variable('email'),
  note: variable('string', false),
  count: variable('integer', false),
  ratio: variable('number', false),
  urgent: variable('boolean', false),
  rules: variable('list', false),
  extra: variable('object', false),
};

describe('values given on the command line', () => {
  test('take the type that the playbook declares', () => {
    const pairs = [
      'target=jo@example.org',
      'note=7',
      'count=7',
      'ratio=0.5',
      'urgent=false',
      'rules=["a","b"]',
      'extra={"a":1}',
    ];
    expect(parseContext(pairs, DECLARED)).toEqual({
      kind: 'context',
      context: {
        target: 'jo@example.org',
        note: '7',
        count: 7,
        ratio: 0.5,
        urgent: false,
        rules: ['a', 'b'],
        extra: { a: 1 },
      },
    });
  });

  test('text may hold equals signs, quotes, braces and nothing at all', () => {
    expect(parseContext(['note=a="b"={{x}}'], DECLARED)).toMatchObject({ context: { note: 'a="b"={{x}}' } });
    expect(parseContext(['note='], DECLARED)).toMatchObject({ context: { note: '' } });
  });

  test('all that does not fit is told at once, with what to write', () => {
    expect(
      parseContext(
        ['taget=x', 'count=7.5', 'urgent=yes', 'rules={}', 'extra=[]', 'ratio=NaN', 'note', '=x'],
        DECLARED,
      ),
    ).toEqual({
      kind: 'problems',
      problems: [
        '--context taget: the playbook declares no such value. Did you mean `target`?',
        '--context count: write a whole number',
        '--context urgent: write true or false',
        `--context rules: write a list as JSON, such as '["a", "b"]'`,
        `--context extra: write a mapping as JSON, such as '{"a": 1}'`,
        '--context ratio: write a number',
        '--context note: write name=value',
        '--context : write name=value',
      ],
    });
  });

  test('a value given twice is refused, because one of the two is a mistake', () => {
    expect(parseContext(['count=1', 'count=2'], DECLARED)).toEqual({
      kind: 'problems',
      problems: ['--context count is given twice; give it once'],
    });
  });

  test('names of the language itself are no way around the declaration', () => {
    for (const name of ['__proto__', 'constructor', 'toString'])
      expect(parseContext([`${name}=1`], DECLARED).kind).toBe('problems');
  });

  test('a run needs all that is required, a plan does not', () => {
    expect(fullContext({ context: DECLARED }, ['note=x'])).toMatchObject({ kind: 'problems' });
    expect(partialContext({ context: DECLARED }, ['note=x'])).toMatchObject({ context: { note: 'x' } });
  });

  test('what is given for a plan must fit all the same', () => {
    const checked = partialContext({ context: DECLARED }, ['target=nobody']);
    expect(checked).toMatchObject({
      kind: 'problems',
      problems: [expect.stringContaining('must be one mail address')],
    });
  });
});
