import { describe, expect, test } from '@jest/globals';
import { checkContext, misfitOf, type CheckedContext } from '../../workflows/language/context.ts';
import type { Json, JsonObject } from '../../workflows/language/json.ts';
import type { ContextType, ContextVariable } from '../../workflows/language/playbook.ts';

const declared: { readonly [name: string]: ContextVariable } = {
  target_email: { type: 'email', required: true },
  limit: { type: 'integer', required: false, default: 3 },
  hint: { type: 'string', required: false },
  rules: { type: 'list', required: true },
};
const complete: JsonObject = { target_email: 'eve@example.com', rules: ['deny all'] };

function check(given: JsonObject): CheckedContext {
  return checkContext({ context: declared }, given);
}

function codes(given: JsonObject): readonly string[] {
  const checked = check(given);
  return checked.kind === 'problems' ? checked.problems.map(({ code, name }) => `${code} ${name}`) : [];
}

describe('a run is given what its playbook declares', () => {
  test('defaults are filled in, and an optional value that is not given is null', () => {
    expect(check(complete)).toEqual({
      kind: 'context',
      context: { target_email: 'eve@example.com', limit: 3, hint: null, rules: ['deny all'] },
    });
  });

  test('what is given counts before the default, and null counts as not given', () => {
    expect(check({ ...complete, limit: 5, hint: 'x' })).toMatchObject({ context: { limit: 5, hint: 'x' } });
    expect(check({ ...complete, limit: null, hint: null })).toMatchObject({
      context: { limit: 3, hint: null },
    });
    expect(codes({ ...complete, rules: null })).toEqual(['wrong_context rules']);
  });

  test('all problems are told at once', () => {
    expect(codes({ target_mail: 'eve@example.com', limit: 'many', hint: 1 })).toEqual([
      'unknown_context target_mail',
      'missing_context target_email',
      'wrong_context limit',
      'wrong_context hint',
      'missing_context rules',
    ]);
  });

  test('an unknown name is refused with the nearest one', () => {
    const checked = check({ ...complete, target_emial: 'x' });
    expect(checked).toMatchObject({
      problems: [{ code: 'unknown_context', remedy: 'Did you mean `target_email`?' }],
    });
  });

  test('a case id in the context is sent to its place', () => {
    expect(check({ ...complete, case_id: 'CASE-1' })).toMatchObject({
      problems: [{ code: 'unknown_context', remedy: 'Give `case_id` beside the context, not in it.' }],
    });
  });

  test('a playbook without context takes none', () => {
    expect(checkContext({ context: {} }, {})).toEqual({ kind: 'context', context: {} });
    expect(checkContext({ context: {} }, { a: 1 })).toMatchObject({
      problems: [{ remedy: 'Remove it: the playbook declares no context.' }],
    });
  });

  test.each(['__proto__', 'constructor', 'toString'])('the name %s is only a name', (name) => {
    const given = JSON.parse(`{"target_email": "a@b", "rules": [], "${name}": {"x": 1}}`) as JsonObject;
    expect(codes(given)).toEqual([`unknown_context ${name}`]);
    expect(({} as { x?: number }).x).toBeUndefined();
  });

  test('at most 50 problems are told', () => {
    const checked = check(
      Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`n${String(index)}`, 1])),
    );
    expect(checked.kind === 'problems' && checked.problems.length).toBe(50);
  });
});

describe('types', () => {
  const fits = (type: ContextType, value: Json): boolean =>
    misfitOf({ type, required: true }, value) === null;

  test.each<[ContextType, readonly Json[], readonly Json[]]>([
    ['string', ['', 'text'], [1, true, [], {}, null]],
    [
      'email',
      ['eve@example.com', 'a.b+c@sub.example.com'],
      ['eve', '@b', 'a@', 'a@b@c', 'a b@c', 'a@b c', 'x <a@b>', 'a@b,c@d', '', 7],
    ],
    ['integer', [0, -5, 9007199254740991], [1.5, 9007199254740992, '3', true, null]],
    ['number', [0, 1.5, -2], ['1', Number.NaN, Infinity, 9007199254740992, null]],
    ['boolean', [true, false], ['true', 0, null]],
    ['list', [[], [1, 'a']], ['a', {}, null]],
    ['object', [{}, { a: [1] }], [[], 'a', null]],
  ])('%s', (type, good, bad) => {
    for (const value of good) expect([value, fits(type, value)]).toEqual([value, true]);
    for (const value of bad) expect([value, fits(type, value)]).toEqual([value, false]);
  });

  test('a mail address has at most 254 characters, and a long one is refused in time', () => {
    expect(fits('email', `${'a'.repeat(242)}@example.com`)).toBe(true);
    expect(fits('email', `${'a'.repeat(243)}@example.com`)).toBe(false);
    const start = performance.now();
    expect(fits('email', 'a@'.repeat(500_000))).toBe(false);
    expect(performance.now() - start).toBeLessThan(1000);
  });

  test('what cannot be hashed or kept exactly is refused at any depth', () => {
    expect(fits('string', 'half \ud83d')).toBe(false);
    expect(fits('list', [['half \ud83d']])).toBe(false);
    expect(fits('object', { a: { b: 2 ** 53 } })).toBe(false);
    expect(fits('object', { 'half \ud83d': 1 })).toBe(false);
  });

  test('size and depth are limited, and 5,000 levels do not break the stack', () => {
    const nested = (levels: number): Json => {
      let value: Json = 1;
      for (let level = 0; level < levels; level += 1) value = [value];
      return value;
    };
    expect(fits('list', nested(16))).toBe(true);
    expect(fits('list', nested(17))).toBe(false);
    expect(fits('list', nested(5000))).toBe(false);
    expect(codes({ ...complete, hint: 'x'.repeat(200_000), rules: ['y'.repeat(200_000)] })).toEqual([
      'wrong_context ',
    ]);
  });

  test('no message holds the value', () => {
    const checked = check({ target_email: 'hunter2', limit: 'hunter2', rules: 'hunter2', extra: 'hunter2' });
    expect(checked.kind).toBe('problems');
    expect(JSON.stringify(checked)).not.toContain('hunter2');
  });
});
