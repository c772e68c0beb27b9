import { describe, expect, test } from '@jest/globals';
import { createChecker, evaluate, isCelName, parseExpression } from '../../workflows/language/expression.ts';
import type { Json, JsonObject } from '../../workflows/language/json.ts';

function valueOf(text: string, scope: JsonObject = {}): Json {
  const result = evaluate(text, (root) => (Object.hasOwn(scope, root) ? scope[root] : undefined));
  if (result.kind === 'error') throw new Error(result.message);
  return result.value;
}

function errorOf(text: string, scope: JsonObject = {}): string {
  const result = evaluate(text, (root) => (Object.hasOwn(scope, root) ? scope[root] : undefined));
  return result.kind === 'error' ? result.message : `no error but ${JSON.stringify(result.value)}`;
}

function problemOf(text: string): {
  readonly code: string;
  readonly message: string;
  readonly offset: number;
} {
  const parsed = parseExpression(text);
  if (parsed.kind === 'expression') throw new Error('it parses');
  const { code, message, offset } = parsed;
  return { code, message, offset };
}

const run = { found: { output: { ids: ['a', 'b'], count: 2, ratio: 2.5, nested: { deep: [{ id: 'x' }] } } } };

describe('values', () => {
  test.each<[string, Json]>([
    ['found.output.ids', ['a', 'b']],
    ['found.output.ids[1]', 'b'],
    ['found.output["ids"][0]', 'a'],
    ['found.output.nested.deep[0].id', 'x'],
    ['found.output', run.found.output],
    ['size(found.output.ids) > 1', true],
    ['found.output.ids.map(id, "x-" + id)', ['x-a', 'x-b']],
    ['found.output.ids.filter(id, id != "a")', ['b']],
    ['"b" in found.output.ids && !("c" in found.output.ids)', true],
    ['found.output.ids.join(", ")', 'a, b'],
    [
      '{"all": found.output.ids, "n": found.output.count, "none": null}',
      { all: ['a', 'b'], n: 2, none: null },
    ],
    ['[1, "two", 3.5, true, null]', [1, 'two', 3.5, true, null]],
  ])('%s', (text, expected) => {
    expect(valueOf(text, run)).toEqual(expected);
  });

  test.each<[string, Json]>([
    ['found.output.count + 1', 3],
    ['found.output.count == 2', true],
    ['found.output.count == 2.0', true],
    ['found.output.count >= 1.5', true],
    ['found.output.count * 1.5', 3],
    ['found.output.ratio + 1', 3.5],
    ['found.output.ratio > 2', true],
    ['2.0', 2],
    ['7 / 2', 3],
    ['7 / 2.0', 3.5],
    ['-0.0', 0],
  ])('whole numbers and others mix: %s', (text, expected) => {
    const value = valueOf(text, run);
    expect(value).toBe(expected);
    expect(typeof value).not.toBe('bigint');
  });

  test.each<[string, JsonObject, Json]>([
    ['t.?output.ids.orValue([])', { t: { status: 'skipped' } }, []],
    ['t.?output.ids.orValue([])', { t: { output: { ids: ['a'] } } }, ['a']],
    ['t.?output.a.b.c.orValue("none")', { t: { output: { a: {} } } }, 'none'],
    ['has(t.output) ? t.output.n : 0', { t: {} }, 0],
    ['t.?output.hasValue()', { t: {} }, false],
    ['t.?output.n', { t: { output: { n: 4 } } }, 4],
    ['t[?"output"].n.orValue(1)', { t: {} }, 1],
  ])('what is missing has a default: %s', (text, scope, expected) => {
    expect(valueOf(text, scope)).toEqual(expected);
  });

  test('an optional without value or default is an error, not an empty value', () => {
    expect(errorOf('t.?output', { t: {} })).toBe('what it refers to is missing, and no default is given');
    expect(errorOf('[t.?output]', { t: {} })).toMatch('no JSON value');
  });

  test('a result is never parsed again', () => {
    expect(valueOf('subject', { subject: '{{ secret }} 1 + 1' })).toBe('{{ secret }} 1 + 1');
  });
});

describe('errors', () => {
  test.each<[string, string]>([
    ['nothing.at.all', 'there is nothing of that name at `nothing`'],
    ['found.output.missing', 'there is no such field at `missing`'],
    ['found.output.ids[9]', 'the list is shorter than that at `found.output.ids[9]`'],
    ['found.output.count.more', 'there is no such field at `more`'],
    ['found.output.count + "x"', 'no such overload: dyn<int> + string at'],
    ['found.output.count / 0', 'division by zero at `found.output.count / 0`'],
    ['1 / 0.0', 'the result is no finite number'],
    ['9007199254740993', 'the result is a whole number beyond 2^53-1'],
    ['found.output.ids[0].substring(5)', 'it cannot be evaluated at'],
  ])('%s', (text, expected) => {
    expect(errorOf(text, run)).toContain(expected);
  });

  test('no message holds a value', () => {
    const secret = 'hunter2-hunter2';
    const scope = { s: secret, all: [secret], m: { [secret]: secret } };
    const attempts = [
      'int(s)',
      'bool(s)',
      'm[s + "x"]',
      's + 1',
      'all[s]',
      's.nope',
      'm == 1 && s',
      '!s',
      's ? 1 : 2',
    ];
    for (const text of [...attempts, 'all.map(x, x + 1)', 'double(s)', 's.substring(100)', 'size(1)', 's[0]'])
      expect(errorOf(text, scope)).not.toContain('hunter2');
    expect(errorOf('int(s)', scope)).toBe('it cannot be evaluated at `int(s)`');
  });

  test.each<[string, string, number]>([
    ['a +', 'expression_syntax', 3],
    ['a b', 'expression_syntax', 2],
    ['', 'expression_syntax', 0],
    ['"open', 'expression_syntax', 0],
    ['for', 'expression_syntax', 0],
    ['a.map(x, b"00")', 'expression_refused', 9],
    ['1u', 'expression_refused', 0],
    ['a.matches("(a+)+$")', 'expression_refused', 0],
  ])('%s is no expression, and it is told where', (text, code, offset) => {
    expect(problemOf(text)).toMatchObject({ code, offset });
  });
});

describe('what expressions may not do', () => {
  test('T01: there is no way to code or prototypes', () => {
    expect(problemOf('range.constructor("return 1")()').code).toBe('expression_syntax');
    expect(problemOf('x.constructor("return 1")').message).toMatch('There is no method constructor');
    expect(problemOf('x.toString()').code).toBe('expression_refused');
    for (const text of [
      'x.__proto__',
      'x.constructor',
      'x.constructor.constructor',
      'x["__proto__"]',
      'x.length',
    ])
      expect(errorOf(text, { x: {} })).toContain('there is no such field');
    expect(errorOf('x.length', { x: [] })).toContain('there is no such field');
    for (const text of ['this', 'globalThis', 'constructor', '__proto__', 'toString', 'hasOwnProperty'])
      expect(errorOf(text)).toMatch(/nothing of that name|Reserved identifier/);
  });

  test('data named like a prototype stays data', () => {
    const hostile = JSON.parse('{"__proto__": {"admin": true}, "constructor": "c"}') as JsonObject;
    const copy = valueOf('x', { x: hostile });
    expect(Object.hasOwn(copy as JsonObject, '__proto__')).toBe(true);
    expect(JSON.stringify(copy)).toBe(JSON.stringify(hostile));
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
    expect(valueOf('x.constructor', { x: hostile })).toBe('c');
    expect(problemOf('{"__proto__": 1}').code).toBe('expression_refused');
    expect(problemOf('{x: 1}').message).toBe('Keys of a mapping are written as text in quotes');
  });

  test('T05: patterns are refused before they run', () => {
    expect(problemOf('subject.matches("(a+)+$")').message).toMatch(
      'regular expressions can take unbounded time',
    );
  });

  test.each([
    'timestamp("2026-01-01T00:00:00Z")',
    'duration("1h")',
    'x.getHours()',
    'type(1)',
    'bytes("a")',
    'uint(1)',
    'dyn(1)',
    'cel.bind(a, 1, a)',
  ])('%s is refused: its answer could differ between machines, or is no JSON', (text) => {
    expect(problemOf(text).code).toBe('expression_refused');
  });

  test('a text is limited in length, parts, depth and loops', () => {
    expect(problemOf(`"${'x'.repeat(2000)}"`).code).toBe('expression_too_large');
    expect(problemOf(`1${'+1'.repeat(600)}`).code).toBe('expression_too_large');
    expect(problemOf(`${'('.repeat(900)}1${')'.repeat(900)}`).code).toBe('expression_too_large');
    expect(problemOf('-'.repeat(1900) + '1').code).toBe('expression_too_large');
    expect(problemOf(`a${'.b'.repeat(60)}`).code).toBe('expression_too_large');
    expect(problemOf('a.map(x, a.map(y, a.map(z, z)))').message).toBe('Loops may be nested twice at most');
    expect(parseExpression('a.map(x, a.map(y, y))').kind).toBe('expression');
    expect(parseExpression(`a${' && a'.repeat(100)}`).kind).toBe('expression');
  });

  test('loops over large values come to an end', () => {
    const large = { x: Array.from({ length: 5000 }, (_, index) => `item ${String(index)}`) };
    const start = performance.now();
    for (const text of [
      'x.map(a, x.map(b, b))',
      'x.map(a, x)',
      'x.filter(a, x.exists(b, x.exists_one(c, c == b)))',
    ])
      expect(errorOf(text, large)).toMatch(/reads too much|nested twice/);
    expect(valueOf('x.filter(a, a == "item 7")', large)).toEqual(['item 7']);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  test('a value of 5,000 levels is refused instead of breaking the stack', () => {
    let deep: Json = 1;
    for (let level = 0; level < 5000; level += 1) deep = [deep];
    expect(errorOf('x', { x: deep })).toBe('the value is nested too deeply');
    expect(errorOf('size(x)', { x: deep })).toBe('the value is nested too deeply');
  });

  test('half a character cannot leave an expression', () => {
    expect(errorOf('x.substring(0, 1)', { x: '😀' })).toBe('the result holds half a character');
    expect(valueOf('x.substring(0, 2)', { x: '😀' })).toBe('😀');
  });
});

describe('references', () => {
  const referencesOf = (text: string): readonly string[] => {
    const parsed = parseExpression(text);
    if (parsed.kind === 'problem') throw new Error(parsed.message);
    return parsed.references.map(({ root, steps, excused }) => {
      const path = steps.map(
        (step) => `${step.optional ? '?' : ''}${step.kind === 'field' ? step.name : '[]'}`,
      );
      return [root, ...path].join('.') + (excused ? ' (excused)' : '');
    });
  };

  test.each<[string, readonly string[]]>([
    ['a.b[0].c', ['a.b.[].c']],
    ['a[b.c]["d"]', ['a.[].d', 'b.c']],
    ['a.?output.ids.orValue(b)', ['a.?output.ids (excused)', 'b']],
    ['a.map(x, x.id + b)', ['a', 'b']],
    ['a.filter(a, a.id == a.key)', ['a']],
    ['{"k": [a, b]}', ['a', 'b']],
    ['optional.of(a).orValue(1)', ['a']],
    ['(a ? b : c).d', ['a', 'b', 'c']],
    ['1 + 1', []],
  ])('%s refers to %j', (text, expected) => {
    expect(referencesOf(text)).toEqual(expected);
  });

  test.each<[string, readonly string[]]>([
    ['has(t.output) ? t.output.n : t.output.m', ['t.output (excused)', 't.output.n (excused)', 't.output.m']],
    ['has(t.output) && t.output.n > 1', ['t.output (excused)', 't.output.n (excused)']],
    ['has(t.output) && a && t.output.ok', ['t.output (excused)', 'a', 't.output.ok (excused)']],
    ['has(t.output) || t.output.ok', ['t.output (excused)', 't.output.ok']],
    ['has(t.output.n)', ['t.output.n']],
    ['has(u.output) && t.output.ok', ['u.output (excused)', 't.output.ok']],
  ])('has() excuses what stands behind it: %s', (text, expected) => {
    expect(referencesOf(text)).toEqual(expected);
  });
});

describe('types', () => {
  const checker = createChecker();
  const item = checker.declareRecord('List.item', { id: 'string' });
  const output = checker.declareRecord('List.output', {
    ids: 'list<string>',
    n: 'int',
    r: 'double',
    items: `list<${item}>`,
    any: 'dyn',
  });
  checker.declareName('t', checker.declareRecord('List', { output, status: 'string' }));
  const typed = (text: string): string => {
    const result = checker.typeOf(text);
    return result.kind === 'type' ? result.type : `problem at ${String(result.offset)}: ${result.message}`;
  };

  test.each([
    ['t.output.ids', 'list<string>'],
    ['t.?output.ids', 'optional<list<string>>'],
    ['t.?output.ids.orValue([])', 'list<string>'],
    ['t.output.items.map(i, i.id)', 'list<string>'],
    ['t.output.n + 1', 'int'],
    ['t.output.r + 1', 'double'],
    ['t.output.n == 1.5', 'bool'],
    ['t.output.any.x > 3', 'bool'],
    ['t.output', 'List.output'],
    ['t.output.ids == [] ? "none" : "some"', 'string'],
  ])('%s is %s', (text, type) => {
    expect(typed(text)).toBe(type);
  });

  test.each([
    ['t.output.n + "x"', 'problem at 0: no such overload: int + string'],
    ['t.output.items.map(i, i.ident)', 'problem at 24: No such key: ident'],
    ['t.?output.n.orValue("x")', 'problem at 20'],
    ['t.output.n ? 1 : 2', 'problem at 9: Ternary condition must be bool'],
    ['t.status == 1', 'problem at 0: no such overload: string == int'],
  ])('%s is refused', (text, expected) => {
    expect(typed(text)).toContain(expected);
  });
});

test('names CEL keeps for itself are known', () => {
  for (const name of [
    'in',
    'true',
    'null',
    'for',
    'string',
    'type',
    'list',
    'map',
    'optional',
    'cel',
    'google',
  ])
    expect([name, isCelName(name)]).toEqual([name, true]);
  for (const name of ['list_filters', 'case_id', 'run', 'size', 'has', 'message'])
    expect([name, isCelName(name)]).toEqual([name, false]);
});

test('many different expressions do not fill memory, and a text gives the same answer each time', () => {
  for (let index = 0; index < 2000; index += 1)
    expect(valueOf(`x + ${String(index)}`, { x: 1 })).toBe(index + 1);
  for (const x of [1, 2, 3]) expect(valueOf('x * 2', { x })).toBe(x * 2);
});
