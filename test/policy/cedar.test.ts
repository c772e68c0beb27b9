import { describe, expect, test } from '@jest/globals';
import { createInstance } from '../../activities/policy/cedar/instance.ts';
import type { Cedar } from '../../activities/policy/cedar/instance.ts';
import type { PolicyRequest } from '../../activities/policy/engine.ts';
import { cedarRequest } from '../../activities/policy/cedar/request.ts';
import { alice, cedarWith, openCedar, PERMIT_ALL, request } from './questions.ts';

const approvals = (...names: string[]): PolicyRequest['approvals'] =>
  names.map((by) => ({ by, assurance: 'V1', groups: [] }));
const refusal = (rules: string): string => {
  const opened = openCedar(rules);
  return opened.kind === 'problems' ? opened.problems.join('\n') : 'accepted';
};
const rule = (head: string, body: string) => `${head} @reason("for the test") ${body}`;
const forbid = (id: string, when: string, obligation = '') =>
  rule(`@id("${id}") ${obligation}`, `forbid (principal, action, resource) ${when};`);
const nested = (depth: number) => '('.repeat(depth) + 'true' + ')'.repeat(depth);

describe('A policy set is refused before it may speak', () => {
  test('when it holds no rule', () => {
    expect(refusal('// nothing')).toContain('holds no rule');
  });

  test('when it misspells an action, an attribute or a severity', () => {
    expect(
      refusal(rule('@id("a")', 'permit (principal, action == Action::"RotatePasword", resource);')),
    ).toContain('did you mean');
    expect(refusal(forbid('b', 'when { context.severty == Severity::"low" }'))).toContain('severty');
    expect(refusal(forbid('c', 'when { context.severity == Severity::"hihg" }'))).toContain('hihg');
  });

  test('when a rule can never apply', () => {
    const impossible = 'permit (principal, action == Action::"RotatePassword", resource is Router);';
    expect(refusal(rule('@id("a")', impossible))).toContain('rule "a"');
  });

  test('P02: when a rule reads what may be absent', () => {
    expect(refusal(forbid('a', 'when { context.window == "night" }'))).toContain('window');
  });

  test('when a rule has no id, a reserved one, or one that is taken', () => {
    expect(refusal('permit (principal, action, resource);')).toContain('no usable @id');
    expect(refusal(rule('@id("guard.kill_switch")', 'permit (principal, action, resource);'))).toContain(
      '@id',
    );
    expect(refusal(`${PERMIT_ALL}\n${PERMIT_ALL}`)).toContain('used twice');
  });

  test('when a rule has no reason, or an obligation that nobody understands', () => {
    expect(refusal('@id("a") permit (principal, action, resource);')).toContain('no @reason');
    expect(refusal(forbid('a', '', '@obligation("aproval:1")'))).toContain('@obligation');
    for (const wrong of [
      'approval:0',
      'approval:10',
      'approval:1 approval:2',
      'approval:1 group:soc',
      'approval:1 group:soc:2',
      'approval:1 assurance:V4',
      'approval:1 ttl:4',
      'approval:1 ttl:400d',
      'assurance:V3',
      'redact:a-b',
      'delay:soon',
      'notify:nobody',
      '',
    ])
      expect(refusal(forbid('a', '', `@obligation("${wrong}")`))).toContain('@obligation is refused');
    expect(refusal(forbid('a', '', '@obligations("approval:1")'))).toContain(
      '@obligations is not understood',
    );
  });

  test('when an obligation stands on a permit, where it would bind nobody', () => {
    const text = rule('@id("a") @obligation("approval:1")', 'permit (principal, action, resource);');
    expect(refusal(text)).toContain('belongs on a forbid');
  });

  test('when it is a template, unreadable, or cut off', () => {
    expect(refusal(rule('@id("a")', 'permit (principal == ?principal, action, resource);'))).toContain(
      'templates',
    );
    expect(refusal(rule('@id("a")', 'permit (principal, action, '))).toContain('test.cedar');
  });

  test('P06: when its brackets nest 200 deep, while the engine that runs goes on deciding', async () => {
    const running = cedarWith(PERMIT_ALL);
    expect(refusal(forbid('deep', `when { ${nested(200)} }`))).toContain('nest deeper than 64');
    expect((await running.decide(request)).effect).toBe('allow');
  });

  test('when it breaks the engine in a way that brackets do not show', async () => {
    const running = cedarWith(PERMIT_ALL);
    expect(refusal(forbid('deep', `when { ${'if true then true else '.repeat(5000)} true }`))).toContain(
      'broke',
    );
    expect(refusal(forbid('deep', `when { 1${' + 1'.repeat(5000)} > 0 }`))).toContain('broke');
    expect((await running.decide(request)).effect).toBe('allow');
  });

  test('but brackets in text and comments do not count', () => {
    const text = `// ${'('.repeat(100)}\n${rule('@id("a")', `permit (principal, action, resource) when { context.task != "${'('.repeat(100)}\\"(" };`)}`;
    expect(openCedar(text).kind).toBe('engine');
  });
});

describe('Cedar decides', () => {
  test('deny where a permit and a forbid both match, and shows both', async () => {
    const verdict = await cedarWith(`${PERMIT_ALL} ${forbid('never', '')}`).decide(request);
    expect(verdict.effect).toBe('deny');
    expect(verdict.rules.map(({ id, effect }) => [id, effect])).toEqual([
      ['never', 'forbid'],
      ['all', 'permit'],
    ]);
    expect(verdict.rules[0]?.reason).toBe('for the test');
  });

  test('deny by default, naming the nearest rule that did not hold', async () => {
    const near = rule(
      '@id("quiet-hours")',
      'permit (principal, action, resource) when { context.targets > 5 };',
    );
    const verdict = await cedarWith(near).decide(request);
    expect(verdict).toMatchObject({ effect: 'deny', rules: [{ id: 'default_deny', effect: 'default' }] });
    expect(verdict.rules[0]?.reason).toContain('quiet-hours (for the test)');
  });

  test('P02: deny when a forbid cannot be evaluated, which Cedar alone would allow', async () => {
    const overflow = forbid('count', 'when { context.approvals + 9223372036854775807 < 0 }');
    const engine = cedarWith(`${PERMIT_ALL} ${overflow}`);
    expect((await engine.decide(request)).effect).toBe('allow');
    const verdict = await engine.decide({ ...request, approvals: approvals('dana') });
    expect(verdict.effect).toBe('deny');
    expect(verdict.rules.map(({ id }) => id)).toEqual(['policy_error']);
    expect(verdict.errors.join()).toContain('overflow');
  });

  test('with the numbers as they were written, also where JavaScript would round them', async () => {
    const exact =
      'permit (principal, action, resource) when { 9007199254740993 - 9007199254740992 == context.targets };';
    expect((await cedarWith(rule('@id("exact")', exact)).decide(request)).effect).toBe('allow');
  });

  test('P02: deny when a request does not fit the schema, as one that lacks what a forbid reads', async () => {
    const severity = 'catastrophic' as PolicyRequest['severity'];
    const verdict = await cedarWith(PERMIT_ALL).decide({ ...request, severity });
    expect(verdict).toMatchObject({ effect: 'deny', rules: [{ id: 'policy_error' }] });
  });
});

describe('P05: a permit and a forbid that both match', () => {
  test('deny, and both are named', async () => {
    const verdict = await cedarWith(`${PERMIT_ALL} ${forbid('never', '')}`).decide(request);
    expect(verdict).toMatchObject({ effect: 'deny', obligations: [] });
    expect(verdict.rules.map(({ id, effect }) => [id, effect])).toEqual([
      ['never', 'forbid'],
      ['all', 'permit'],
    ]);
  });

  test('nothing that matches denies too, and says so', async () => {
    const verdict = await cedarWith(
      rule('@id("other")', 'permit (principal, action == Action::"ListFilters", resource);'),
    ).decide(request);
    expect(verdict.rules).toEqual([
      { id: 'default_deny', effect: 'default', reason: expect.stringContaining('no rule speaks about it') },
    ]);
  });
});

describe('P07: what is too large or too deep', () => {
  test.each([
    ['10 MB of text', { caseId: 'x'.repeat(10 * 1024 * 1024) }],
    ['a host list of 10 MB', { reaches: Array.from({ length: 10_000 }, () => `host:${'x'.repeat(1_000)}`) }],
    ['a hundred thousand approvals', { approvals: approvals(...Array.from({ length: 100_000 }, String)) }],
  ])('%s is refused before the engine is asked, and the engine goes on', async (_what, over) => {
    const made: Cedar[] = [];
    const engine = cedarWith(PERMIT_ALL, () => made[made.push(createInstance()) - 1] ?? createInstance());
    let asked = 0;
    for (const instance of made) {
      const real = instance.statefulIsAuthorized.bind(instance);
      instance.statefulIsAuthorized = (call) => ((asked += 1), real(call));
    }
    const startedAt = performance.now();
    expect(await engine.decide({ ...request, ...over })).toMatchObject({
      effect: 'deny',
      rules: [{ id: 'policy_error' }],
    });
    expect(performance.now() - startedAt).toBeLessThan(500);
    expect(asked).toBe(0);
    expect((await engine.decide(request)).effect).toBe('allow');
    expect(asked).toBe(1);
  });

  test('depth never reaches the engine: a request holds names and numbers, and no structure of an input', () => {
    let deep: object = {};
    for (let level = 0; level < 200; level += 1) deep = { deep };
    const question = { ...request, inputs: deep };
    expect(JSON.stringify(cedarRequest(question, alice))).not.toContain('deep');
  });
});

describe('Cedar asks for approval', () => {
  const one = forbid('one', 'unless { context.approvals >= 1 }', '@obligation("approval:1")');
  const two = forbid('two', 'unless { context.approvals >= 2 }', '@obligation("approval:2")');

  test('with the largest quorum of the rules that demand one', async () => {
    const engine = cedarWith(`${PERMIT_ALL} ${one} ${two}`);
    expect(await engine.decide(request)).toMatchObject({
      effect: 'needs_approval',
      obligations: [{ quorum: 2 }],
    });
    const half = await engine.decide({ ...request, approvals: approvals('dana') });
    expect(half).toMatchObject({ effect: 'needs_approval', obligations: [{ quorum: 2 }] });
    expect((await engine.decide({ ...request, approvals: approvals('dana', 'eli') })).effect).toBe('allow');
  });

  test('but not when another rule forbids it whoever approves', async () => {
    const verdict = await cedarWith(`${PERMIT_ALL} ${one} ${forbid('never', '')}`).decide(request);
    expect(verdict).toMatchObject({ effect: 'deny', obligations: [] });
  });

  test('but not when nothing would permit it afterwards', async () => {
    const verdict = await cedarWith(one).decide(request);
    expect(verdict.effect).toBe('deny');
    expect(verdict.rules.map(({ id }) => id)).toEqual(['one', 'default_deny']);
  });

  test('with everything the annotations say of it: groups, assurance, time', async () => {
    const asked = '@obligation("approval:2 group:soc-leads:1 assurance:V3 ttl:4h")';
    expect(await cedarWith(`${PERMIT_ALL} ${forbid('two', '', asked)} ${one}`).decide(request)).toMatchObject(
      {
        effect: 'needs_approval',
        obligations: [
          {
            kind: 'approval',
            quorum: 2,
            groups: [{ group: 'soc-leads', count: 1 }],
            minAssurance: 'V3',
            expiresMs: 14_400_000,
          },
        ],
      },
    );
  });

  test('and the annotation alone lifts the rule, so the two cannot disagree', async () => {
    const engine = cedarWith(`${PERMIT_ALL} ${forbid('always', '', '@obligation("approval:1")')}`);
    expect((await engine.decide(request)).effect).toBe('needs_approval');
    expect((await engine.decide({ ...request, approvals: approvals('dana') })).effect).toBe('allow');
  });

  test('and says what else it obliges to, on permits too', async () => {
    const text = rule(
      '@id("look") @obligation("redact:items,saved delay:15m notify:soc@corp.example")',
      'permit (principal, action, resource);',
    );
    expect(await cedarWith(text).decide(request)).toMatchObject({
      effect: 'allow',
      obligations: [
        { kind: 'redact', fields: ['items', 'saved'] },
        { kind: 'delay', until: request.startedAt + 900_000 },
        { kind: 'notify', to: ['soc@corp.example'] },
      ],
    });
  });
});

describe('Cedar survives', () => {
  /** Instances as the engine gets them, the tests keeping hold of each. */
  function instances() {
    const made: Cedar[] = [];
    return { made, instantiate: () => made[made.push(createInstance()) - 1] ?? createInstance() };
  }

  test('P06: its own module breaking: one deny, then a fresh instance within a second', async () => {
    const { made, instantiate } = instances();
    const engine = cedarWith(PERMIT_ALL, instantiate);
    const running = made.at(-1);
    const poison = () =>
      running?.checkParsePolicySet({
        staticPolicies: `permit (principal, action, resource) when { ${nested(5000)} };`,
      });
    expect(poison).toThrow();
    expect(await engine.decide(request)).toMatchObject({ effect: 'deny', rules: [{ id: 'policy_error' }] });
    const startedAt = performance.now();
    expect((await engine.decide(request)).effect).toBe('allow');
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });

  test('a fresh instance that cannot be had: it denies until there is one', async () => {
    const { made, instantiate } = instances();
    let broken = false;
    const engine = cedarWith(PERMIT_ALL, () => {
      if (broken) throw new Error('no memory');
      return instantiate();
    });
    broken = true;
    const running = made.at(-1);
    if (running)
      running.statefulIsAuthorized = () => {
        throw new Error('memory access out of bounds');
      };
    expect((await engine.decide(request)).effect).toBe('deny');
    expect((await engine.decide(request)).effect).toBe('deny');
    broken = false;
    expect((await engine.decide(request)).effect).toBe('allow');
  });
});
