import { describe, expect, test } from '@jest/globals';
import type { Json, JsonObject } from '../../workflows/language/json.ts';
import type { Template } from '../../workflows/language/plan.ts';
import {
  expressionsOf,
  parseTemplate,
  resolveTemplate,
  type Resolved,
} from '../../workflows/language/template.ts';

function templateOf(value: Json): Template {
  const parsed = parseTemplate(value);
  if (parsed.kind === 'problems') throw new Error(parsed.problems.map(({ message }) => message).join('\n'));
  return parsed.template;
}

function resolve(value: Json, scope: JsonObject = {}): Resolved {
  return resolveTemplate(templateOf(value), (root) => (Object.hasOwn(scope, root) ? scope[root] : undefined));
}

function resolved(value: Json, scope: JsonObject = {}): Json {
  const result = resolve(value, scope);
  if (result.kind === 'error') throw new Error(result.fault.message);
  return result.value;
}

const scope: JsonObject = {
  email: 'eve@example.com',
  n: 100,
  ratio: 0.5,
  yes: true,
  nothing: null,
  list_filters: { output: { suspicious_ids: ['f1', 'f2'], first: { id: 'f1', b: 1, a: [2] } } },
};

describe('a whole expression keeps its type', () => {
  test.each<[string, Json]>([
    ['{{ n }}', 100],
    ['{{n}}', 100],
    ['{{ yes }}', true],
    ['{{ nothing }}', null],
    ['{{ list_filters.output.suspicious_ids }}', ['f1', 'f2']],
    ['{{list_filters.output.suspicious_ids[1]}}', 'f2'],
    ['{{ list_filters.output.first }}', { id: 'f1', b: 1, a: [2] }],
    ['{{ {"a": {"b": n}} }}', { a: { b: 100 } }],
    ['{{{"a": {"b": n}}}}', { a: { b: 100 } }],
  ])('%s', (text, expected) => {
    expect(resolved(text, scope)).toEqual(expected);
  });
});

describe('expressions inside text give text', () => {
  test.each<[string, string]>([
    ['proof-{{ email }}', 'proof-eve@example.com'],
    ['{{email}}-{{n}}-{{ratio}}-{{yes}}', 'eve@example.com-100-0.5-true'],
    ['ids: {{ list_filters.output.suspicious_ids }}', 'ids: ["f1","f2"]'],
    ['{{ list_filters.output.first }}!', '{"a":[2],"b":1,"id":"f1"}!'],
    ['two braces: {{ "{{" }} and {{ "}}" }}', 'two braces: {{ and }}'],
    ['single { and } and }} stay', 'single { and } and }} stay'],
    [`{{ '"' + "'" }} {{ """a "quoted" }} b""" }}`, `"' a "quoted" }} b`],
    ['{{ "back\\"slash }}" }}.', 'back"slash }}.'],
    [' {{ n }}', ' 100'],
  ])('%s', (text, expected) => {
    expect(resolved(text, scope)).toBe(expected);
  });

  test('null has no text, so it is an error and never an empty string', () => {
    expect(resolve('user {{ nothing }}', scope)).toEqual({
      kind: 'error',
      fault: { code: 'null_in_text', message: '{{ nothing }} is null, which has no text', path: [] },
    });
  });
});

describe('structure', () => {
  test('nested lists and mappings resolve in place', () => {
    expect(resolved({ a: ['x', '{{ n }}', { b: 'to {{ email }}' }], c: 1 }, scope)).toEqual({
      a: ['x', 100, { b: 'to eve@example.com' }],
      c: 1,
    });
  });

  test('what holds no expression is one literal', () => {
    const value = { a: [1, { b: 'text' }], c: null };
    expect(templateOf(value)).toEqual({ kind: 'literal', value });
  });

  test('fields are sorted, so that their order means nothing', () => {
    expect(templateOf({ b: '{{ n }}', a: 1 })).toEqual(templateOf({ a: 1, b: '{{ n }}' }));
  });

  test('space around an expression means nothing', () => {
    expect(templateOf('{{  n  }}')).toEqual(templateOf('{{n}}'));
  });

  test('every expression is found with its path', () => {
    expect(expressionsOf(templateOf({ a: ['{{ x }}', 'y {{ z }}'], b: '{{ w }}' }))).toEqual([
      { cel: 'x', path: ['a', 0], whole: true },
      { cel: 'z', path: ['a', 1], whole: false },
      { cel: 'w', path: ['b'], whole: true },
    ]);
  });

  test('a key named __proto__ stays a key', () => {
    const value = resolved(JSON.parse('{"__proto__": "{{ n }}"}') as Json, scope);
    expect(JSON.stringify(value)).toBe('{"__proto__":100}');
  });
});

describe('T01 to T08', () => {
  test.each(['{{range.constructor("return process")()}}', '{{ x.toString() }}', '{{ x.constructor("a") }}'])(
    'T01: %s is refused when parsed',
    (text) => {
      const parsed = parseTemplate(text);
      expect(parsed.kind === 'problems' && parsed.problems[0]?.code).toMatch(/^expression_(syntax|refused)$/);
    },
  );

  test.each(['{{ x.__proto__ }}', '{{ x.constructor.constructor }}', '{{ this }}', '{{ toString }}'])(
    'T01: %s gives an error, never something of the machine',
    (text) => {
      expect(resolve(text, { x: {} })).toMatchObject({ kind: 'error', fault: { code: 'expression_failed' } });
    },
  );

  test('T02: a value that holds braces is literal text, whole or embedded', () => {
    const hostile = { subject: '{{ secret }}', secret: 'hunter2' };
    expect(resolved('{{ subject }}', hostile)).toBe('{{ secret }}');
    expect(resolved(['Re: {{ subject }}{{ subject }}'], hostile)).toEqual(['Re: {{ secret }}{{ secret }}']);
  });

  test('T03: 10,000 open braces are one problem, in time', () => {
    const start = performance.now();
    expect(parseTemplate('{{'.repeat(10_000)).kind).toBe('problems');
    expect(parseTemplate(`${'{'.repeat(10_000)}${'}'.repeat(10_000)}`).kind).toBe('problems');
    expect(parseTemplate('{{ "a" }}'.repeat(10_000)).kind).toBe('template');
    expect(performance.now() - start).toBeLessThan(5000);
  });

  test('T03: 1,000 placeholders of 1 MB each stop at the limit, in time', () => {
    const large = { x: 'y'.repeat(1_000_000) };
    const start = performance.now();
    expect(resolve('{{ x }}'.repeat(1000), large)).toMatchObject({
      kind: 'error',
      fault: { code: 'value_too_large', message: 'a text is longer than 1 MiB' },
    });
    expect(
      resolve(
        Array.from({ length: 1000 }, () => '{{ x }}'),
        large,
      ),
    ).toMatchObject({
      kind: 'error',
      fault: { code: 'value_too_large', message: 'the value is larger than 2 MiB' },
    });
    expect(performance.now() - start).toBeLessThan(5000);
  });

  test('T03: a literal of 10 MB is refused when resolved', () => {
    expect(resolve('x'.repeat(10_000_000))).toMatchObject({ fault: { code: 'value_too_large' } });
  });

  test.each<[string, string]>([
    ['{{ gone }}', 'nothing of that name'],
    ['{{ list_filters.output.gone }}', 'no such field'],
    ['{{ nothing.field }}', 'no such field'],
    ['{{ list_filters.output.suspicious_ids[7] }}', 'the list is shorter than that'],
    ['{{ n + email }}', 'no such overload'],
    ['user-{{ list_filters.output.gone }}', 'no such field'],
  ])('T04: %s is a named error, never an empty string', (text, why) => {
    const result = resolve({ ids: [text] }, scope);
    expect(result).toMatchObject({ kind: 'error', fault: { code: 'expression_failed', path: ['ids', 0] } });
    expect(result.kind === 'error' && result.fault.message).toMatch(why);
    expect(result.kind === 'error' && result.fault.message).toMatch(/^ids\.0: \{\{ /);
  });

  test('T05: a pattern is refused when parsed', () => {
    expect(parseTemplate('{{ subject.matches("(a+)+$") }}')).toMatchObject({
      kind: 'problems',
      problems: [{ code: 'expression_refused' }],
    });
  });

  test('T08: an output of 5,000 levels is a fault of the task, not a crash', () => {
    let deep: Json = 1;
    for (let level = 0; level < 5000; level += 1) deep = { deep };
    expect(resolve('{{ x }}', { x: deep })).toMatchObject({
      kind: 'error',
      fault: { code: 'expression_failed' },
    });
  });

  test('T08: a value that grows too deep by nesting is refused', () => {
    let value: Json = '{{ x }}';
    for (let level = 0; level < 20; level += 1) value = [value];
    let deep: Json = 1;
    for (let level = 0; level < 20; level += 1) deep = [deep];
    expect(resolve(value, { x: deep })).toMatchObject({ fault: { code: 'value_too_deep' } });
    expect(resolve(value, { x: [deep] })).toMatchObject({ fault: { code: 'value_too_deep' } });
    expect(resolve(value, { x: 1 }).kind).toBe('value');
  });
});

describe('problems of a text', () => {
  test.each<[string, string]>([
    ['{{ a', 'An expression is opened with {{ and not closed with }}'],
    ['x {{ "a }}', 'An expression is opened with {{ and not closed with }}'],
    ['{{ a } }}', 'A single } in an expression; it ends with }}'],
    ['{{ a // b }}', 'An expression may not hold a comment'],
    ['{{ }}', 'The expression is empty'],
    ['{{}}', 'The expression is empty'],
    ['{{ a b }}', 'Unexpected character'],
  ])('%s', (text, message) => {
    const parsed = parseTemplate({ deep: [text] });
    expect(parsed).toMatchObject({ kind: 'problems', problems: [{ path: ['deep', 0] }] });
    expect(parsed.kind === 'problems' && parsed.problems[0]?.message).toContain(message);
  });

  test('all problems of a value are told at once', () => {
    const parsed = parseTemplate({ a: '{{ ( }}', b: ['{{', 'fine', '{{ 1u }}'] });
    expect(parsed.kind === 'problems' && parsed.problems.map(({ path }) => path)).toEqual([
      ['a'],
      ['b', 0],
      ['b', 2],
    ]);
  });

  test('inputs nested more than 32 levels are refused', () => {
    let value: Json = '{{ x }}';
    for (let level = 0; level < 40; level += 1) value = [value];
    expect(parseTemplate(value)).toMatchObject({ kind: 'problems', problems: [{ code: 'too_deep' }] });
  });
});
