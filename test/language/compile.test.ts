import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { compilePlaybook } from '../../workflows/language/compile.ts';
import type { Json } from '../../workflows/language/json.ts';
import type { Plan, PlannedTask } from '../../workflows/language/plan.ts';
import type { Playbook, TaskDefinition } from '../../workflows/language/playbook.ts';
import { sealPlan } from '../../workflows/language/seal.ts';
import { catalogue, codesOf, google, planOf, problemsOf } from './compiling.ts';

/** A playbook with a checked account and a listing, and whatever tasks a test adds. */
const withTasks = (tasks: string): string => `
id: containment
context:
  user: email
  limit: {type: integer, default: 3}
  hint: {type: string, required: false}
tasks:
  check: {type: Check, inputs: {user: "{{ user }}"}}
  listed: {type: List, needs: [check], inputs: {user: "{{ user }}"}}
${tasks
  .trim()
  .split('\n')
  .map((line) => `  ${line}`)
  .join('\n')}
`;

function taskOf(plan: Plan, name: string): PlannedTask {
  const task = plan.tasks.find((each) => each.name === name);
  if (task === undefined) throw new Error(`no ${name}`);
  return task;
}

/** The problems of one task's inputs, as code and message. */
function told(tasks: string): readonly string[] {
  return problemsOf(withTasks(tasks)).map(({ code, message }) => `${code}: ${message}`);
}

describe('the plan', () => {
  const yaml = withTasks(`
remove:
  type: Delete
  needs: [listed]
  inputs: {user: "{{ user }}", ids: "{{ listed.output.ids }}", limit: "{{ limit }}"}
  approval_required: true
  idempotency_key: "del-{{ user }}"
reboot: {type: Reboot, needs: {remove: [failed, expired], check: [completed]}, inputs: {address: 10.0.0.1}, timeout: 2m, expires: 1h, retry: {attempts: 2}}
draw: {type: Draw, needs: [listed, check]}`);
  const plan = planOf(yaml);

  test('holds tasks in declaration order, with their layer', () => {
    expect(plan.tasks.map(({ name, layer }) => [name, layer])).toEqual([
      ['check', 0],
      ['listed', 1],
      ['remove', 2],
      ['reboot', 3],
      ['draw', 2],
    ]);
    expect(plan.layers).toEqual([['check'], ['listed'], ['remove', 'draw'], ['reboot']]);
  });

  test('holds templates, with fields sorted, and literals as they are', () => {
    expect(taskOf(plan, 'remove').inputs).toEqual({
      kind: 'object',
      fields: [
        ['ids', { kind: 'expression', cel: 'listed.output.ids' }],
        ['limit', { kind: 'expression', cel: 'limit' }],
        ['user', { kind: 'expression', cel: 'user' }],
      ],
    });
    expect(taskOf(plan, 'reboot').inputs).toEqual({ kind: 'literal', value: { address: '10.0.0.1' } });
    expect(taskOf(plan, 'draw').inputs).toEqual({ kind: 'literal', value: {} });
    expect(taskOf(plan, 'remove').key).toEqual({
      template: { kind: 'text', parts: ['del-', { cel: 'user' }] },
      scope: 'case',
    });
  });

  test('has every default filled in', () => {
    expect(taskOf(plan, 'check')).toMatchObject({
      needs: [],
      join: 'all',
      when: null,
      key: null,
      approvalRequired: false,
      retry: { attempts: 4, backoffMs: 1000, on: ['rate_limited', 'unavailable', 'unknown'] },
      expiresMs: 86_400_000,
    });
    expect(taskOf(plan, 'reboot')).toMatchObject({
      timeoutMs: 120_000,
      expiresMs: 3_600_000,
      retry: { attempts: 2, backoffMs: 1000 },
    });
    expect(taskOf(plan, 'remove').timeoutMs).toBe(20_000);
    expect(taskOf(plan, 'draw').timeoutMs).toBe(30_000);
  });

  test('lists needs in declaration order, however they were written', () => {
    expect(taskOf(plan, 'draw').needs).toEqual([{ task: 'check' }, { task: 'listed' }]);
    expect(taskOf(plan, 'reboot').needs).toEqual([
      { task: 'check', on: ['completed'] },
      { task: 'remove', on: ['failed', 'expired'] },
    ]);
  });

  test('is frozen through and through', () => {
    const pending: unknown[] = [plan];
    for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
      if (typeof value !== 'object' || value === null) continue;
      expect(Object.isFrozen(value)).toBe(true);
      pending.push(...Object.values(value));
    }
  });

  test('leaves the playbook it was compiled from as it was', () => {
    const playbook: Playbook = {
      ...empty,
      context: { user: { type: 'email', required: true } },
      tasks: [{ ...plainTask, inputs: { user: ['abc'][0] ?? '' } }],
    };
    compilePlaybook(playbook, catalogue, anywhere);
    expect(Object.isFrozen(playbook.context)).toBe(false);
    expect(Object.isFrozen(playbook.context['user'])).toBe(false);
    expect(Object.isFrozen(playbook.tasks[0]?.inputs)).toBe(false);
  });
});

const anywhere = { file: 'f', locate: () => ({ line: 1, column: 1 }) };
const empty: Playbook = {
  id: 'p',
  version: '1',
  description: '',
  severity: 'low',
  tags: [],
  context: {},
  walk: 'layers',
  tasks: [],
};
const plainTask: TaskDefinition = {
  name: 'a',
  type: 'Draw',
  needs: [],
  join: 'all',
  inputs: {},
  approvalRequired: false,
};

describe('connectors', () => {
  const yaml = withTasks('reboot: {type: Reboot, inputs: {address: a}}');

  test('a single performer is chosen whatever the provider of the run', () => {
    expect(taskOf(planOf(yaml, { provider: 'microsoft' }), 'reboot')).toMatchObject({
      connector: 'router',
      reversibility: 'C',
      repeat: 'none',
      timeoutMs: 90_000,
    });
  });

  test('of several, the provider of the run decides', () => {
    expect(taskOf(planOf(yaml, { provider: 'google' }), 'check')).toMatchObject({
      connector: 'google',
      reversibility: 'A',
    });
    expect(taskOf(planOf(yaml, { provider: 'microsoft' }), 'check')).toMatchObject({
      connector: 'microsoft',
      repeat: 'marker',
    });
  });

  test('the task decides before the run', () => {
    const own = withTasks('again: {type: Check, provider: google, inputs: {user: "{{ user }}"}}');
    expect(taskOf(planOf(own, { provider: 'microsoft' }), 'again').connector).toBe('google');
  });

  test('an open choice shows the worst of all performers', () => {
    expect(taskOf(planOf(yaml), 'check')).toMatchObject({
      connector: null,
      reversibility: 'B',
      repeat: 'marker',
      timeoutMs: 40_000,
    });
    expect(taskOf(planOf(withTasks('draw: {type: Draw}')), 'draw')).toMatchObject({
      connector: null,
      reversibility: 'C',
      repeat: 'none',
    });
  });

  test('a run refuses an open choice and a type nobody performs', () => {
    const both = withTasks('draw: {type: Draw}');
    expect(codesOf(both, { requireConnector: true })).toEqual([
      'provider_needed',
      'provider_needed',
      'no_connector',
    ]);
    expect(codesOf(both, { requireConnector: true, provider: 'google' })).toEqual(['no_connector']);
  });

  test('a provider that does not perform the type is refused, with the nearest name', () => {
    const [problem] = problemsOf(withTasks('again: {type: Check, provider: gogle, inputs: {user: abc}}'));
    expect(problem).toMatchObject({
      code: 'unknown_provider',
      remedy: 'Did you mean `google`?',
      path: ['tasks', 'again', 'provider'],
    });
    expect(codesOf(yaml, { provider: 'okta' })).toEqual(['unknown_provider', 'unknown_provider']);
  });
});

describe('tasks and needs', () => {
  test('an unknown task type is refused with the nearest name, at its place', () => {
    const [problem] = problemsOf(withTasks('remove: {type: Delet, needs: [listed]}'));
    expect(problem).toMatchObject({
      code: 'unknown_task_type',
      message: 'There is no task type "Delet"',
      remedy: 'Did you mean `Delete`?',
      file: 'playbook.yaml',
      line: 10,
    });
  });

  test('Y10: a cycle is told with its whole path', () => {
    const yaml = withTasks(
      'a: {type: Draw, needs: [b]}\nb: {type: Draw, needs: [c]}\nc: {type: Draw, needs: [a]}',
    );
    expect(problemsOf(yaml)).toMatchObject([
      { code: 'cycle', message: 'Tasks wait for each other: a -> b -> c -> a' },
    ]);
  });

  test('Y10: self-dependency and missing dependency are told, beside every other problem', () => {
    const yaml = withTasks(
      'a: {type: Draw, needs: [a]}\nb: {type: Draw, needs: [chek, listed]}\nc: {type: Drow}',
    );
    expect(problemsOf(yaml).map(({ code, remedy }) => [code, remedy])).toEqual([
      ['self_reference', 'Remove the task from its own needs.'],
      ['unknown_dependency', 'Did you mean `check`?'],
      ['unknown_task_type', 'Did you mean `Draw`?'],
    ]);
    expect(problemsOf(yaml)[1]?.message).toContain('depends on unknown task');
  });

  test.each([
    ['join: 3', ['bad_join']],
    ['join: 2', []],
    ['join: any', []],
  ])('a join needs as many needs: %s of two', (join, codes) => {
    expect(codesOf(withTasks(`a: {type: Draw, needs: [check, listed], ${join}}`))).toEqual(codes);
  });

  test('a task and a context variable may not share a name', () => {
    expect(problemsOf(withTasks('limit: {type: Draw}'))).toMatchObject([
      { code: 'shadowed_name', path: ['tasks', 'limit'] },
    ]);
  });

  test('names that mean something in every run or in expressions are refused, also past the parser', () => {
    const tasks = ['run', 'case_id', 'cel', 'size'].map((name) => ({ ...plainTask, name }));
    const compiled = compilePlaybook({ ...empty, tasks }, catalogue, anywhere);
    expect(compiled.kind === 'problems' && compiled.problems.map(({ code }) => code)).toEqual([
      'shadowed_name',
      'shadowed_name',
      'reserved_name',
    ]);
  });

  test('a default must have its declared type', () => {
    expect(codesOf('id: p\ncontext: {n: {type: integer, default: many}}\ntasks: {a: {type: Draw}}')).toEqual([
      'wrong_context',
    ]);
  });

  test.each(['type: "{{ x }}"', 'type: Draw, provider: "{{ x }}"', 'type: Draw, needs: ["{{ x }}"]'])(
    'T07: an expression may not stand in %s',
    (field) => {
      const [, type = 'Draw'] = /^type: "?([^",]*)/.exec(field) ?? [];
      const task: TaskDefinition = {
        ...plainTask,
        type,
        ...(field.includes('provider') && { provider: '{{ x }}' }),
        ...(field.includes('needs') && { needs: [{ task: '{{ x }}' }] }),
      };
      const compiled = compilePlaybook({ ...empty, tasks: [task] }, catalogue, anywhere);
      expect(compiled).toMatchObject({ kind: 'problems', problems: [{ code: 'static_only' }] });
    },
  );
});

describe('inputs', () => {
  test('unknown and missing inputs are told with the nearest name', () => {
    const problems = problemsOf(withTasks('a: {type: Delete, needs: [listed], inputs: {usr: abc, ids: []}}'));
    expect(problems.map(({ code, message, remedy }) => [code, message, remedy])).toEqual([
      ['missing_input', 'Delete needs the input "user"', 'Add `user:`.'],
      ['unknown_input', 'Delete takes no input "usr"', 'Did you mean `user`?'],
    ]);
  });

  test.each<[string, string]>([
    ['ids: one', 'wrong_input: "ids" must be a list, not text'],
    ['ids: [1]', 'wrong_input: "ids.0" must be text, not a whole number'],
    ['ids: ["{{ limit }}"]', 'wrong_input: "ids.0" must be text, not a whole number'],
    ['ids: "{{ user }}"', 'wrong_input: "ids" must be a list, not text'],
    ['ids: "x {{ user }}"', 'wrong_input: "ids" must be a list, not text'],
    ['ids: {a: 1}', 'wrong_input: "ids" must be a list, not a mapping'],
    ['ids: "{{ listed.output.found }}"', 'wrong_input: "ids" must be a list, not a list'],
    ['ids: [], limit: 11', 'wrong_input: "limit" must be at most 10'],
    ['ids: [], limit: 1.5', 'wrong_input: "limit" must be a whole number, not a number'],
    ['ids: [], limit: "3"', 'wrong_input: "limit" must be a whole number, not text'],
    ['ids: [], limit: "{{ user }}"', 'wrong_input: "limit" must be a whole number, not text'],
    ['ids: [], mode: firm', 'wrong_input: "mode" must be one of "soft", "hard"'],
    [
      'ids: [], options: {notify: 1, reason: x}',
      'wrong_input: "options.notify" must be true or false, not a whole number',
    ],
    ['ids: [], options: {notify: true}', 'missing_input: Delete needs the input "reason"'],
    ['ids: [], options: {reson: x, reason: y}', 'unknown_input: Delete takes no input "reson"'],
    ['ids: [], options: [1]', 'wrong_input: "options" must be a mapping, not a list'],
    ['ids: [], secret: hunter2', 'wrong_input: "secret" does not have the required form'],
  ])('%s', (inputs, expected) => {
    const found = told(`a: {type: Delete, needs: [listed], inputs: {user: abc, ${inputs}}}`);
    expect(found).toEqual([expected]);
    expect(found.join()).not.toContain('hunter2');
  });

  test.each([
    'ids: ["{{ user }}", fixed]',
    'ids: "{{ listed.output.found.map(f, f.id) }}"',
    'ids: "{{ listed.output.raw }}"',
    'ids: "{{ [] }}"',
    'ids: [], limit: "{{ limit + 1 }}"',
    'ids: [], limit: "{{ check.output.risk }}"',
    'ids: [], secret: null',
    'ids: [], secret: "{{ hint }}"',
    'ids: [], secret: "secret://env/x"',
    'ids: [], options: {reason: "{{ case_id }} {{ run.requested_by }}"}',
    'ids: [], options: "{{ {\'reason\': user} }}"',
  ])('%s fits', (inputs) => {
    expect(told(`a: {type: Delete, needs: [listed], inputs: {user: abc, ${inputs}}}`)).toEqual([]);
  });
});

describe('references', () => {
  const first = (tasks: string): Record<string, unknown> => {
    const [problem] = problemsOf(withTasks(tasks));
    return problem === undefined
      ? {}
      : { code: problem.code, message: problem.message, remedy: problem.remedy };
  };

  test('what has no producer is refused with the nearest name', () => {
    expect(first('a: {type: Draw, inputs: {title: "{{ usr }}"}}')).toEqual({
      code: 'unknown_reference',
      message: '"usr" is neither a context variable nor a task, in "usr"',
      remedy: 'Did you mean `user`?',
    });
  });

  test('a field that is not in the producer’s output is refused with the nearest name', () => {
    expect(first('a: {type: Draw, needs: [listed], inputs: {title: "{{ listed.output.cuont }}"}}')).toEqual({
      code: 'unknown_reference',
      message: 'listed.output has no field "cuont", in "listed.output.cuont"',
      remedy: 'Did you mean `count`?',
    });
    expect(
      first('a: {type: Draw, needs: [listed], inputs: {title: "{{ listed.output.found[0].name }}"}}'),
    ).toMatchObject({
      message: 'listed.output.found[] has no field "name", in "listed.output.found[0].name"',
    });
    expect(first('a: {type: Draw, needs: [listed], inputs: {title: "{{ listed.outputs }}"}}')).toMatchObject({
      remedy: 'Did you mean `output`?',
    });
    expect(first('a: {type: Draw, inputs: {title: "{{ run.who }}"}}')).toMatchObject({
      remedy: 'Known fields: `id`, `playbook`, `requested_by`.',
    });
  });

  test('a field is also checked inside a loop', () => {
    expect(
      first(
        'a: {type: Draw, needs: [listed], inputs: {title: "{{ listed.output.found.map(f, f.ident).join() }}"}}',
      ),
    ).toMatchObject({
      code: 'expression_type',
      message: expect.stringContaining('No such key: ident') as unknown,
    });
  });

  test('an undeclared but transitive ancestor is fine', () => {
    expect(told('a: {type: Draw, needs: [listed], inputs: {title: "{{ check.output.id }}"}}')).toEqual([]);
  });

  test('T06: a task that is not waited for is refused, and the remedy names it', () => {
    expect(
      first('a: {type: Draw, needs: [check], inputs: {title: "{{ listed.output.note }}"}}'),
    ).toMatchObject({
      code: 'not_an_ancestor',
      remedy: 'Add `listed` to the needs of a.',
    });
  });

  test('a task that runs later, or the task itself, is refused with another remedy', () => {
    expect(
      first('a: {type: Draw, inputs: {title: "{{ b.status }}"}}\nb: {type: Draw, needs: [a]}'),
    ).toMatchObject({
      code: 'not_an_ancestor',
      remedy: 'Refer to a task that a needs; b runs later.',
    });
    expect(first('a: {type: Draw, inputs: {title: "{{ a.status }}"}}')).toMatchObject({
      code: 'not_an_ancestor',
    });
  });

  test('a faulty graph does not bring faults of its own to expressions', () => {
    const yaml = withTasks('a: {type: Draw, needs: [a], inputs: {title: "{{ listed.output.note }}"}}');
    expect(codesOf(yaml)).toEqual(['self_reference']);
  });

  test('many problems of one task are told at once, at their own lines', () => {
    const yaml = withTasks(`
a:
  type: Delete
  needs: [listed]
  when: "{{ listed.output.count }}"
  idempotency_key: "{{ limit }}"
  inputs:
    user: "{{ nobody }}"
    ids: "{{ listed.output.ids + 1 }}"
    mode: "{{ user"`);
    expect(problemsOf(yaml).map(({ code, line }) => [code, line])).toEqual([
      ['expression_type', 13],
      ['expression_type', 14],
      ['expression_syntax', 18],
    ]);
    expect(problemsOf(yaml.replace('"{{ user"', 'soft')).map(({ code, line }) => [code, line])).toEqual([
      ['expression_type', 13],
      ['expression_type', 14],
      ['unknown_reference', 16],
      ['expression_type', 17],
    ]);
  });
});

describe('conditions and keys', () => {
  test.each<[string, readonly string[]]>([
    ['"{{ listed.output.count > 0 }}"', []],
    ['"{{ listed.output.raw }}"', []],
    ['true', []],
    ['false', []],
    [
      '"{{ listed.output.count }}"',
      ['expression_type: A condition must be true or false, not a whole number'],
    ],
    ['"listed.output.count > 0"', ['expression_type: A condition is one whole expression']],
    ['"yes {{ true }}"', ['expression_type: A condition is one whole expression']],
    ['"true"', ['expression_type: A condition is one whole expression']],
  ])('when: %s', (when, expected) => {
    expect(told(`a: {type: Draw, needs: [listed], when: ${when}}`)).toEqual(expected);
  });

  test('a condition that always holds is no condition, one that never holds stays', () => {
    const plan = planOf(withTasks('a: {type: Draw, when: true}\nb: {type: Draw, when: false}'));
    expect(taskOf(plan, 'a').when).toBeNull();
    expect(taskOf(plan, 'b').when).toEqual({ kind: 'literal', value: false });
  });

  test.each<[string, readonly string[]]>([
    ['fixed', []],
    ['"{{ user }}"', []],
    ['"lock-{{ limit }}-{{ case_id }}"', []],
    ['"{{ limit }}"', ['expression_type: A key must be text, not a whole number']],
    ['"k-{{ gone }}"', ['unknown_reference: "gone" is neither a context variable nor a task, in "gone"']],
  ])('idempotency_key: %s', (key, expected) => {
    expect(told(`a: {type: Draw, idempotency_key: ${key}}`)).toEqual(expected);
  });
});

describe('T06: what may not have been reached', () => {
  const title = (cel: string): string => `inputs: {title: "{{ ${cel} }}"}`;
  const missing = (tasks: string): readonly string[] => codesOf(withTasks(tasks));

  test('a conditional ancestor needs a default, and the remedy shows how', () => {
    const tasks = (cel: string): string =>
      `maybe: {type: Reboot, when: "{{ limit > 1 }}", inputs: {address: a}}\na: {type: Draw, needs: [maybe, check], ${title(cel)}}`;
    const [problem] = problemsOf(withTasks(tasks('maybe.output.at')));
    expect(problem).toMatchObject({
      code: 'maybe_missing',
      remedy: 'Say what holds when it is missing: `maybe.?output.at.orValue(…)`.',
    });
    expect(missing(tasks("maybe.?output.at.orValue('never')"))).toEqual([]);
    expect(missing(tasks("has(maybe.output) ? maybe.output.at : 'never'"))).toEqual([]);
    expect(missing(tasks('maybe.status'))).toEqual([]);
    expect(missing(tasks('maybe.?output.at'))).toEqual(['maybe_missing']);
    expect(missing(tasks("has(check.output) ? maybe.output.at : 'never'"))).toEqual(['maybe_missing']);
  });

  test('the only need of a task was reached, or the task would have been skipped too', () => {
    expect(
      missing(
        `maybe: {type: Reboot, when: "{{ limit > 1 }}", inputs: {address: a}}\na: {type: Draw, needs: [maybe], ${title('maybe.output.at')}}`,
      ),
    ).toEqual([]);
  });

  test('what lies before a conditional task is certain, and what is skipped with it is not', () => {
    const tasks = (cel: string): string => `
maybe: {type: Reboot, needs: [check], when: "{{ limit > 1 }}", inputs: {address: a}}
behind: {type: Reboot, needs: [maybe], inputs: {address: a}}
a: {type: Draw, needs: [behind, listed], ${title(cel)}}`;
    expect(missing(tasks('check.output.id'))).toEqual([]);
    expect(missing(tasks('behind.output.at'))).toEqual(['maybe_missing']);
    expect(missing(tasks('maybe.output.at'))).toEqual(['maybe_missing']);
  });

  test.each<[string, readonly string[]]>([
    ['[completed]', []],
    ['[completed, failed]', ['maybe_missing']],
    ['[failed]', ['maybe_missing']],
    ['[completed, skipped]', []],
  ])('a need that lists %s', (on, expected) => {
    expect(
      missing(
        `fix: {type: Reboot, inputs: {address: a}}\na: {type: Draw, needs: {fix: ${on}}, ${title('fix.output.at')}}`,
      ),
    ).toEqual(expected);
  });

  test('behind a failure, what came before it is still certain; behind a block it is not', () => {
    const tasks = (on: string): string =>
      `fix: {type: Reboot, needs: [listed], inputs: {address: a}}\na: {type: Draw, needs: {fix: ${on}}, ${title('listed.output.note')}}`;
    expect(missing(tasks('[failed, expired]'))).toEqual([]);
    expect(missing(tasks('[blocked]'))).toEqual(['maybe_missing']);
    expect(missing(tasks('[cancelled]'))).toEqual(['maybe_missing']);
  });

  test('a skipped need that has a condition has no output', () => {
    const tasks = `maybe: {type: Reboot, when: "{{ limit > 1 }}", inputs: {address: a}}\na: {type: Draw, needs: {maybe: [completed, skipped]}, ${title('maybe.output.at')}}`;
    expect(missing(tasks)).toEqual(['maybe_missing']);
  });

  test('a join that is met without a task leaves that task uncertain, but not what all ways share', () => {
    const tasks = (join: string, cel: string): string => `
left: {type: Reboot, needs: [check], inputs: {address: a}}
right: {type: Reboot, needs: [check], inputs: {address: b}}
a: {type: Draw, needs: [left, right], join: ${join}, ${title(cel)}}`;
    expect(missing(tasks('any', 'left.output.at'))).toEqual(['maybe_missing']);
    expect(missing(tasks('1', 'right.output.at'))).toEqual(['maybe_missing']);
    expect(missing(tasks('2', 'right.output.at'))).toEqual([]);
    expect(missing(tasks('all', 'left.output.at'))).toEqual([]);
    expect(missing(tasks('any', 'check.output.id'))).toEqual([]);
  });

  test('an error exists only where a task failed', () => {
    expect(
      missing(
        `fix: {type: Reboot, inputs: {address: a}}\na: {type: Draw, needs: {fix: [failed]}, ${title('fix.error')}}`,
      ),
    ).toEqual(['maybe_missing']);
    expect(
      missing(
        `fix: {type: Reboot, inputs: {address: a}}\na: {type: Draw, needs: {fix: [failed]}, ${title("fix.?error.orValue('')")}}`,
      ),
    ).toEqual([]);
  });
});

describe('digest', () => {
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
  /** Sorted keys, enough for a test. */
  const canonical = (value: Json): string =>
    JSON.stringify(value, (_, inner: Json) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    );
  const digestOf = (yaml: string): string => sealPlan(planOf(yaml), sha256, canonical).digest;

  const base = `
id: p
context: {user: email, limit: {type: integer, default: 3}}
tasks:
  check: {type: Check, inputs: {user: "{{ user }}"}}
  remove: {type: Delete, needs: [check], inputs: {user: "{{ user }}", ids: ["{{ user }}"], options: {reason: r, notify: true}}}
`;

  test('Y12: other order of keys, other space and other quotes give the same digest', () => {
    const same = `
# a comment
context:
  limit: {default: 3, type: integer}
  user: {required: true, type: email}
id: "p"
tasks:
  check:
    inputs:
      user:   '{{user}}'
    type: Check
  remove:
    needs: [check]
    type: Delete
    inputs: {options: {notify: true, reason: r}, ids: ["{{  user  }}"], user: "{{ user }}"}
`;
    expect(digestOf(base)).toMatch(/^[0-9a-f]{64}$/);
    expect(digestOf(same)).toBe(digestOf(base));
  });

  test.each([
    ['default: 3', 'default: 4'],
    ['reason: r', 'reason: s'],
    ['{{ user }}"]', '{{ user }} "]'],
    ['needs: [check], ', ''],
    ['id: p', 'id: q'],
    ['type: Delete,', 'type: Delete, approval_required: true,'],
    ['type: Check,', 'type: Check, when: false,'],
  ])('Y12: %s instead of %s gives another digest', (from, to) => {
    expect(base).toContain(from);
    expect(digestOf(base.replace(from, to))).not.toBe(digestOf(base));
  });

  test('Y13: the sealed plan is a value of its own; compiling an edited text later leaves it as it was', () => {
    const sealed = sealPlan(planOf(base), sha256, canonical);
    const before = sealed.digest;
    planOf(base.replace('reason: r', 'reason: s'));
    expect(sha256(canonical(sealed.plan as unknown as Json))).toBe(before);
    expect(() => Object.assign(sealed.plan.tasks[1]?.inputs ?? {}, { kind: 'other' })).toThrow(TypeError);
  });
});

describe('Y10, Y11: size', () => {
  /** Processor time, not the clock's: other work on the machine must not decide. */
  const processorMs = (since: NodeJS.CpuUsage): number => {
    const { user, system } = process.cpuUsage(since);
    return (user + system) / 1000;
  };
  /** About ten times what the slowest takes on a machine of two cores. */
  const IN_TIME_MS = 15_000;
  const timed = (playbook: Playbook): { readonly plan: Plan; readonly ms: number } => {
    const start = process.cpuUsage();
    const compiled = compilePlaybook(playbook, catalogue, {
      ...anywhere,
      provider: google.connector,
      requireConnector: true,
    });
    const ms = processorMs(start);
    if (compiled.kind === 'problems') throw new Error(JSON.stringify(compiled.problems.slice(0, 3)));
    return { plan: compiled.plan, ms };
  };
  const task = (index: number, needs: readonly number[], user: string): TaskDefinition => ({
    ...plainTask,
    name: `t${String(index)}`,
    type: 'Check',
    needs: needs.map((need) => ({ task: `t${String(need)}` })),
    inputs: { user },
  });

  test('a chain of 10,000 tasks, each referring to the one before and to the first, compiles in time', () => {
    const tasks = Array.from({ length: 10_000 }, (_, index) =>
      index === 0
        ? task(0, [], 'abc')
        : task(index, [index - 1], `{{ t${String(index - 1)}.output.id }}-{{ t0.output.id }}`),
    );
    const { plan, ms } = timed({ ...empty, tasks });
    expect(plan.layers).toHaveLength(10_000);
    expect(plan.tasks[9_999]).toMatchObject({ layer: 9_999, connector: 'google' });
    expect(ms).toBeLessThan(IN_TIME_MS);
  });

  test('a layer of 10,000 tasks between two joints compiles in time', () => {
    const tasks = [
      task(0, [], 'abc'),
      ...Array.from({ length: 10_000 }, (_, index) => task(index + 1, [0], '{{ t0.output.id }}')),
      task(
        10_001,
        Array.from({ length: 10_000 }, (_, index) => index + 1),
        '{{ t5000.output.id + t0.output.id }}',
      ),
    ];
    const { plan, ms } = timed({ ...empty, tasks });
    expect(plan.layers.map((layer) => layer.length)).toEqual([1, 10_000, 1]);
    expect(ms).toBeLessThan(IN_TIME_MS);
  });

  test('10,000 faulty tasks give the first 50 problems, in time', () => {
    const tasks = Array.from({ length: 10_000 }, (_, index) => ({
      ...task(index, [index + 20_000], '{{ nobody }}'),
      type: 'Chekc',
    }));
    const start = process.cpuUsage();
    const compiled = compilePlaybook({ ...empty, tasks }, catalogue, {
      ...anywhere,
      locate: (path) => ({ line: Number(String(path[1]).slice(1)) + 1, column: 1 }),
    });
    const lines = compiled.kind === 'problems' ? compiled.problems.map(({ line }) => line) : [];
    expect(lines).toHaveLength(50);
    expect(lines.at(-1)).toBe(17);
    expect(processorMs(start)).toBeLessThan(IN_TIME_MS);
  });
});
