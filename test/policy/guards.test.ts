import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { AssetDirectory } from '../../activities/policy/assets.ts';
import type { PolicyEngine, PolicyRequest } from '../../activities/policy/engine.ts';
import { NO_GUARDS } from '../../activities/policy/guard-list.ts';
import { guard } from '../../activities/policy/guards.ts';
import type { Guards } from '../../activities/policy/guards.ts';
import { openPolicy, POLICY_DEFAULTS } from '../../activities/policy/index.ts';
import type { Verdict } from '../../workflows/walk/verdict.ts';
import { question, SET, SHIPPED } from './questions.ts';

const allow: Verdict = {
  effect: 'allow',
  rules: [{ id: 'everything', effect: 'permit', reason: 'a policy that allows everything' }],
  obligations: [],
  engine: 'permissive',
  policySet: SET.digest,
  errors: [],
};

/** The worst policy there can be: it allows everything, and remembers what it was asked. */
function permissive(decide: () => Promise<Verdict> = () => Promise.resolve(allow)) {
  const asked: PolicyRequest[] = [];
  const engine: PolicyEngine = { set: SET, decide: (request) => (asked.push(request), decide()) };
  return { asked, engine };
}

const directory: AssetDirectory = {
  find: (name) =>
    name.endsWith('@corp.example')
      ? {
          kind: 'known',
          asset: {
            id: name,
            kind: 'account',
            provider: 'google-workspace',
            protected: name.startsWith('ceo'),
            size: 1,
          },
        }
      : { kind: 'unknown' },
};
const guards: Guards = {
  directory,
  list: NO_GUARDS,
  killSwitch: () => Promise.resolve(null),
  maxTargets: 3,
  deadlineMs: 2000,
};
const ids = (verdict: Verdict) => verdict.rules.map((rule) => rule.id);

describe('Whatever policy says', () => {
  test('a known, unprotected target reaches the engine with what the directory knows of it', async () => {
    const { engine, asked } = permissive();
    expect(await guard(engine, guards).decide(question)).toEqual(allow);
    expect(asked[0]?.targets).toEqual([
      { id: 'alice@corp.example', kind: 'account', provider: 'google-workspace', protected: false, size: 1 },
    ]);
  });

  test.each([
    ['an unknown target', ['bob@elsewhere.example'], ['guard.unknown_asset']],
    ['no target at all', [], ['guard.unknown_asset']],
    ['a protected target', ['ceo@corp.example'], ['guard.protected_asset']],
    ['one unknown among known ones', ['a@corp.example', 'x'], ['guard.unknown_asset']],
    ['several reasons at once', ['ceo@corp.example', 'x'], ['guard.protected_asset', 'guard.unknown_asset']],
    ['more targets than one task may have', ['a', 'b', 'c', 'd'], ['guard.blast_radius']],
  ])('%s is denied before the engine is asked', async (_what, targets, expected) => {
    const { engine, asked } = permissive();
    const verdict = await guard(engine, guards).decide({ ...question, targets });
    expect(verdict).toMatchObject({ effect: 'deny', obligations: [], policySet: SET.digest });
    expect(ids(verdict)).toEqual(expected);
    expect(asked).toEqual([]);
  });

  test('targets are counted once each, however often they are named', async () => {
    const targets = Array.from({ length: 10 }, () => 'alice@corp.example');
    expect((await guard(permissive().engine, guards).decide({ ...question, targets })).effect).toBe('allow');
  });

  test('a hostile target is quoted in one line and cut short', async () => {
    const targets = [`x\nApproved by: ciso\u202E${'y'.repeat(5000)}`];
    const verdict = await guard(permissive().engine, guards).decide({ ...question, targets });
    expect(verdict.rules[0]?.reason).not.toContain('\n');
    expect(verdict.rules[0]?.reason.length).toBeLessThan(200);
  });

  test('the kill switch is read before every decision', async () => {
    let on = false;
    const { engine, asked } = permissive();
    const policy = guard(engine, { ...guards, killSwitch: () => Promise.resolve(on ? 'on' : null) });
    expect((await policy.decide(question)).effect).toBe('allow');
    on = true;
    expect(ids(await policy.decide(question))).toEqual(['guard.kill_switch']);
    on = false;
    expect((await policy.decide(question)).effect).toBe('allow');
    expect(asked.length).toBe(2);
  });

  test('a kill switch that cannot be read is on', async () => {
    const killSwitch = () => Promise.reject(new Error('disk gone'));
    expect(ids(await guard(permissive().engine, { ...guards, killSwitch }).decide(question))).toEqual([
      'guard.kill_switch',
    ]);
  });
});

describe('No answer means no', () => {
  const decide = (engine: PolicyEngine) => guard(engine, { ...guards, deadlineMs: 30 }).decide(question);

  test('when the engine is silent', async () => {
    const { engine } = permissive(() => new Promise(() => {}));
    expect(await decide(engine)).toMatchObject({ effect: 'deny', rules: [{ id: 'policy_error' }] });
  });

  test('when the engine answers too late without ever pausing', async () => {
    const { engine } = permissive(() => {
      for (const startedAt = performance.now(); performance.now() - startedAt < 60;);
      return Promise.resolve(allow);
    });
    expect(await decide(engine)).toMatchObject({ effect: 'deny', rules: [{ id: 'policy_error' }] });
  });

  test('when the engine throws, and its message is kept out of the record', async () => {
    const { engine } = permissive(() => Promise.reject(new Error('Bearer abc.def')));
    const verdict = await decide(engine);
    expect(verdict).toMatchObject({ effect: 'deny', rules: [{ id: 'policy_error' }] });
    expect(JSON.stringify(verdict)).not.toContain('Bearer');
  });

  test.each([
    ['allows without a rule', { ...allow, rules: [] }],
    ['allows although it had errors', { ...allow, errors: ['overflow'] }],
    ['wants approval without saying how many', { ...allow, effect: 'needs_approval' as const }],
  ])('when the engine %s', async (_how, verdict) => {
    const { engine } = permissive(() => Promise.resolve(verdict));
    expect(await decide(engine)).toMatchObject({ effect: 'deny', rules: [{ id: 'policy_error' }] });
  });
});

describe('An opened policy', () => {
  test('stops at once when the kill switch file appears, and goes on when it is gone', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cordon-kill-'));
    const killSwitchFile = join(folder, 'stop');
    const opened = await openPolicy({ ...POLICY_DEFAULTS, folder: SHIPPED, killSwitchFile });
    if (opened.kind === 'problems') throw new Error(opened.problems.join('\n'));
    const look = { ...question, type: 'ListFilters' };
    expect((await opened.engine.decide(look)).effect).toBe('allow');
    writeFileSync(killSwitchFile, '');
    expect(ids(await opened.engine.decide(look))).toEqual(['guard.kill_switch']);
    rmSync(folder, { recursive: true });
    expect((await opened.engine.decide(look)).effect).toBe('allow');
  });
});
