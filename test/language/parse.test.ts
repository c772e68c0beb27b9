import { describe, expect, test } from '@jest/globals';
import { parseDuration } from '../../workflows/language/duration.ts';
import { parsePlaybook, type ParsedPlaybook } from '../../workflows/language/parse.ts';
import type { TaskDefinition } from '../../workflows/language/playbook.ts';
import type { Problem } from '../../workflows/language/problem.ts';
import { nearest } from '../../workflows/language/suggest.ts';

function parsed(text: string): ParsedPlaybook {
  const result = parsePlaybook(text, 'a.yaml');
  if (result.kind === 'problems') throw new Error(JSON.stringify(result.problems));
  return result;
}

function problemsOf(text: string): readonly Problem[] {
  const result = parsePlaybook(text, 'a.yaml');
  return result.kind === 'problems' ? result.problems : [];
}

const briefly = (text: string) =>
  problemsOf(text).map(({ line, column, code }) => `${line}:${column} ${code}`);

/** A playbook of one task `t`, whose fields are given in YAML. */
const oneTask = (fields: string) => `id: a\ntasks:\n  t: {type: Check, ${fields}}\n`;
const taskOf = (fields: string): TaskDefinition | undefined => parsed(oneTask(fields)).playbook.tasks[0];

describe('a playbook', () => {
  test('has defaults for all an author need not say', () => {
    expect(parsed('id: a\ntasks:\n  b: {type: Check}\n').playbook).toEqual({
      id: 'a',
      version: '1',
      description: '',
      severity: 'medium',
      tags: [],
      context: {},
      walk: 'layers',
      tasks: [{ name: 'b', type: 'Check', needs: [], join: 'all', inputs: {}, approvalRequired: false }],
    });
  });

  test('says everything it can say', () => {
    const text = `
id: all_of_it
version: 3
description: Everything
severity: critical
tags: [one, "2"]
walk: ready
context:
  account: email
  limit: {type: integer, default: 5, description: How many}
  note: {type: string, required: false}
tasks:
  first: {type: Check}
  second:
    type: Delete
    needs: {first: [completed, failed, failed]}
    join: any
    when: "{{ limit > 3 }}"
    inputs: {ids: [1, two, {three: null}], deep: {er: true}}
    approval_required: true
    idempotency_key: {key: "k-{{ account }}", scope: global}
    retry: {attempts: 3, backoff: 2s, on: [rate_limited]}
    timeout: 90s
    expires: 7d
    provider: google
`;
    const { playbook } = parsed(text);
    expect(playbook).toMatchObject({ version: '3', severity: 'critical', tags: ['one', '2'], walk: 'ready' });
    expect(playbook.context).toEqual({
      account: { type: 'email', required: true },
      limit: { type: 'integer', required: false, default: 5, description: 'How many' },
      note: { type: 'string', required: false },
    });
    expect(playbook.tasks[1]).toEqual({
      name: 'second',
      type: 'Delete',
      needs: [{ task: 'first', on: ['completed', 'failed'] }],
      join: 'any',
      when: '{{ limit > 3 }}',
      inputs: { ids: [1, 'two', { three: null }], deep: { er: true } },
      approvalRequired: true,
      idempotencyKey: { key: 'k-{{ account }}', scope: 'global' },
      retry: { attempts: 3, backoffMs: 2000, on: ['rate_limited'] },
      timeoutMs: 90_000,
      provider: 'google',
      expiresMs: 604_800_000,
    });
  });

  test('means the same in another order, spacing and quoting', () => {
    const one = parsed(
      'id: a\nseverity: low\ntasks:\n  b:\n    type: Check\n    inputs:\n      x: y\n',
    ).playbook;
    const other = parsed(
      '{"tasks": {"b": {inputs: {x: "y"}, type: \'Check\'}},\n\n "severity": low, id: a}',
    ).playbook;
    expect(other).toEqual(one);
  });

  test('keeps tasks in the order in which they are written', () => {
    const { tasks } = parsed('id: a\ntasks:\n  z: {type: C}\n  a: {type: C}\n  m: {type: C}\n').playbook;
    expect(tasks.map(({ name }) => name)).toEqual(['z', 'a', 'm']);
  });

  test('tolerates a need written twice', () => {
    expect(taskOf('needs: [b, c, b]')?.needs).toEqual([{ task: 'b' }, { task: 'c' }]);
  });

  test('keeps a key within its case unless another scope is named', () => {
    expect(taskOf('idempotency_key: k')?.idempotencyKey).toEqual({ key: 'k', scope: 'case' });
    expect(taskOf('idempotency_key: {key: k}')?.idempotencyKey).toEqual({ key: 'k', scope: 'case' });
  });

  test('knows where each of its values stands', () => {
    const { locate } = parsed(
      'id: a\ntasks:\n  b:\n    type: Check\n    needs:\n      - c\n    inputs: {x: [1, 2]}\n',
    );
    expect(locate(['id'])).toEqual({ line: 1, column: 5 });
    expect(locate(['tasks', 'b'])).toEqual({ line: 3, column: 3 });
    expect(locate(['tasks', 'b', 'needs', 0])).toEqual({ line: 6, column: 9 });
    expect(locate(['tasks', 'b', 'inputs', 'x', 1])).toEqual({ line: 7, column: 21 });
    expect(locate(['tasks', 'b', 'retry', 'on'])).toEqual({ line: 3, column: 3 });
    expect(locate([])).toEqual({ line: 1, column: 1 });
  });
});

describe('a file that is no playbook', () => {
  test.each([
    ['', '1:1 empty_playbook'],
    ['# only a comment\n\n', '1:1 empty_playbook'],
    ['just text', '1:1 not_a_mapping'],
    ['42', '1:1 not_a_mapping'],
    ['- id: a', '1:1 not_a_mapping'],
    ['---\n', '1:1 empty_playbook'],
  ])('is refused: %j', (text, expected) => expect(briefly(text)).toEqual([expected]));
});

describe('the shape of a playbook', () => {
  test.each([
    ['a missing id', 'tasks: {b: {type: C}}', '1:1 missing_field'],
    ['no tasks', 'id: a', '1:1 no_tasks'],
    ['empty tasks', 'id: a\ntasks: {}', '2:8 no_tasks'],
    ['tasks as a list of names', 'id: a\ntasks: [b, b]', '2:8 tasks_as_list'],
    ['tasks as a list of objects', 'id: a\ntasks:\n  - type: C', '2:1 tasks_as_list'],
    ['a task that is nothing', 'id: a\ntasks:\n  b:', '3:3 wrong_type'],
    ['a task without a type', 'id: a\ntasks:\n  b: {}', '3:6 missing_field'],
    ['an unknown severity', 'id: a\nseverity: urgent\ntasks: {b: {type: C}}', '2:11 unknown_value'],
    ['needs that are nothing', oneTask('needs: null'), '3:27 wrong_type'],
    ['needs as text', oneTask('needs: other'), '3:27 wrong_type'],
    ['needs of both forms', oneTask('needs: [b, {c: [failed]}]'), '3:31 wrong_type'],
    ['an unknown status', oneTask('needs: {b: [complted]}'), '3:32 unknown_value'],
    ['no status at all', oneTask('needs: {b: []}'), '3:31 out_of_range'],
    ['an unknown walk', 'id: a\nwalk: fast\ntasks: {b: {type: C}}', '2:7 unknown_value'],
    ['a join of nothing', oneTask('join: 0'), '3:26 out_of_range'],
    ['an unknown join', oneTask('join: most'), '3:26 unknown_value'],
    ['too many attempts', oneTask('retry: {attempts: 21}'), '3:38 out_of_range'],
    ['an unknown retry class', oneTask('retry: {on: [sometimes]}'), '3:33 unknown_value'],
    ['a duration without unit', oneTask('timeout: 30'), '3:29 bad_duration'],
    ['a duration of no time', oneTask('timeout: 0s'), '3:29 bad_duration'],
    ['a duration beyond 30 days', oneTask('expires: 31d'), '3:29 bad_duration'],
    ['a provider that is no name', oneTask('provider: "Big Corp"'), '3:30 bad_name'],
    ['an unknown key scope', oneTask('idempotency_key: {key: k, scope: world}'), '3:53 unknown_value'],
    ['an unknown context type', 'id: a\ncontext: {b: emial}\ntasks: {c: {type: D}}', '2:14 unknown_value'],
  ])('is refused with its place: %s', (_, text, expected) => expect(briefly(text)).toEqual([expected]));

  test.each([
    ['descripton', 'id: a\ndescripton: x\ntasks: {b: {type: C}}', 'Did you mean `description`?'],
    ['aproval_required', oneTask('aproval_required: true'), 'Did you mean `approval_required`?'],
    ['a word of another system', oneTask('depends_on: [b]'), 'Did you mean `needs`?'],
    ['a misspelt status', oneTask('needs: {b: [complted]}'), 'Did you mean `completed`?'],
    ['a misspelt context type', 'id: a\ncontext: {b: emial}\ntasks: {c: {type: D}}', 'Did you mean `email`?'],
    ['a word near nothing', oneTask('retry: {xyz: 1}'), 'Known fields: `attempts`, `backoff`, `on`.'],
  ])('says what the author may have meant: %s', (_, text, remedy) => {
    expect(problemsOf(text).map((one) => one.remedy)).toEqual([remedy]);
  });

  test('all faults of a file are told together, in its order', () => {
    const text =
      'id: Bad Name\nseverity: hihg\nextra: 1\ntasks:\n  b: {typ: C}\n  b: {type: C, needs: 5}\n  c-d: {type: E, join: x}\n';
    expect(briefly(text)).toEqual([
      '1:5 bad_name',
      '2:11 unknown_value',
      '3:1 unknown_field',
      '5:6 missing_field',
      '5:7 unknown_field',
      '6:3 duplicate_key',
      '7:3 bad_name',
      '7:24 unknown_value',
    ]);
  });
});

describe('values are typed by their field, never guessed', () => {
  test.each([
    ['version: 1.10', 'Put it in quotes: `"1.10"`.'],
    ['version: yes', null],
    ['version: 2026-01-01', null],
    ['version: 12:30', null],
    ['version: 1_000', null],
    ['version: true', 'Put it in quotes: `"true"`.'],
    ['description: 1e3', 'Put it in quotes: `"1e3"`.'],
    ['tags: [no]', null],
    ['tags: [7]', 'Put it in quotes: `"7"`.'],
  ])('%s', (line, remedy) => {
    const [found] = problemsOf(`id: a\n${line}\ntasks: {b: {type: C}}`);
    expect(found === undefined ? null : [found.code, found.remedy]).toEqual(remedy && ['wrong_type', remedy]);
  });

  test.each(['yes', 'on', 'off', '"true"', '1'])('%s is neither true nor false', (value) => {
    expect(briefly(oneTask(`approval_required: ${value}`))).toEqual(['3:39 wrong_type']);
  });

  test.each([
    ['012', 'ambiguous_number'],
    ['0o14', 'ambiguous_number'],
    ['0x1F', 'ambiguous_number'],
    ['+5', 'ambiguous_number'],
    ['.5', 'ambiguous_number'],
    ['.inf', 'ambiguous_number'],
    ['.nan', 'ambiguous_number'],
    ['9007199254740993', 'number_out_of_range'],
    ['-9007199254740992', 'number_out_of_range'],
    ['1e400', 'number_out_of_range'],
    ['1e20', 'number_out_of_range'],
  ])('%s is refused even where any value may stand', (value, code) => {
    expect(briefly(oneTask(`inputs: {n: ${value}}`))).toEqual([`3:32 ${code}`]);
  });

  test.each([
    ['9007199254740991', 9_007_199_254_740_991],
    ['-0', 0],
    ['1.10', 1.1],
    ['1e3', 1000],
    ['"012"', '012'],
    ['1_000', '1_000'],
    ['12:30', '12:30'],
    ['2026-01-01', '2026-01-01'],
    ['no', 'no'],
    ['~', null],
    ['True', true],
  ])('%s is what YAML 1.2 says', (text, value) => {
    expect(taskOf(`inputs: {n: ${text}}`)?.inputs['n']).toBe(value);
  });
});

describe('names', () => {
  test.each([
    ['a task written twice', 'id: a\ntasks:\n  b: {type: C}\n  b: {type: D}\n', ['4:3 duplicate_key']],
    [
      'a task written twice, once with an escape',
      'id: a\ntasks:\n  b: {type: C}\n  "\\x62": {type: D}\n',
      ['4:3 duplicate_key'],
    ],
    ['an input written twice', oneTask("inputs: {x: 1, 'x': 2}"), ['3:35 duplicate_key']],
    ['a name with a dash', 'id: a\ntasks:\n  b-c: {type: D}', ['3:3 bad_name']],
    ['a name with an expression', 'id: a\ntasks:\n  "{{ b }}": {type: D}', ['3:3 static_only']],
    ['a name of 65 letters', `id: a\ntasks:\n  ${'b'.repeat(65)}: {type: D}`, ['3:3 bad_name']],
    ['an id with a path', 'id: ../a\ntasks: {b: {type: C}}', ['1:5 bad_name']],
  ])('are refused: %s', (_, text, expected) => expect(briefly(text)).toEqual(expected));

  test.each(['case_id', 'run', 'true', 'in', 'for', 'string', 'type', 'constructor', 'prototype'])(
    '%s names neither task nor context variable',
    (name) => {
      expect(briefly(`id: a\ntasks:\n  b: {type: C}\n  "${name}": {type: D}\n`)).toEqual([
        '4:3 reserved_name',
      ]);
      expect(briefly(`id: a\ncontext:\n  "${name}": string\ntasks:\n  b: {type: C}\n`)).toEqual([
        '3:3 reserved_name',
      ]);
    },
  );

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', '__defineGetter__'])(
    '%s as a key does nothing but be refused',
    (name) => {
      expect(briefly(oneTask(`inputs: {x: {${name}: {polluted: 1}}}`))).toEqual(['3:33 reserved_name']);
      expect(briefly(`id: a\ntasks:\n  b: {type: C}\n  ${name}: {type: D}\n`)).toEqual(['4:3 reserved_name']);
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
      expect(Object.keys(Object.prototype)).toEqual([]);
    },
  );
});

describe('what must be known before a run begins', () => {
  test.each([
    ['the type of a task', 'id: a\ntasks:\n  b: {type: "{{ c }}"}'],
    ['its provider', oneTask('provider: "{{ c }}"')],
    ['its time limit', oneTask('timeout: "{{ c }}"')],
    ['a need', oneTask('needs: ["{{ c }}"]')],
    ['the id', 'id: "{{ c }}"\ntasks: {b: {type: C}}'],
    ['the version', 'id: a\nversion: "{{ c }}"\ntasks: {b: {type: C}}'],
    ['the description', 'id: a\ndescription: for {{ c }}\ntasks: {b: {type: C}}'],
    ['a tag', 'id: a\ntags: ["{{ c }}"]\ntasks: {b: {type: C}}'],
    ['a default', 'id: a\ncontext: {d: {type: string, default: "{{ c }}"}}\ntasks: {b: {type: C}}'],
  ])('cannot be computed: %s', (_, text) => {
    expect(problemsOf(text).map(({ code }) => code)).toEqual(['static_only']);
  });
});

describe('durations', () => {
  test.each([
    ['30s', 30_000],
    ['15m', 900_000],
    ['24h', 86_400_000],
    ['30d', 2_592_000_000],
    ['31d', null],
    ['2592001s', null],
    ['0s', null],
    ['-5s', null],
    ['1.5h', null],
    ['5 m', null],
    ['5ms', null],
    ['', null],
  ])('%s', (text, ms) => expect(parseDuration(text)).toBe(ms));
});

describe('suggestions', () => {
  test('name the nearest word, and none when nothing is near', () => {
    expect(nearest('RotatePasword', ['RotatePassword', 'RevokeOAuthTokens'])).toBe('RotatePassword');
    expect(nearest('edns', ['needs', 'ends'])).toBe('ends');
    expect(nearest('banana', ['needs', 'type'])).toBeNull();
    expect(nearest('x'.repeat(65), ['x'.repeat(65)])).toBeNull();
  });
});
