/** What every policy engine must do, whichever language its rules are written in. */
import { describe, expect, test } from '@jest/globals';
import type { Asset } from '../../activities/policy/assets.ts';
import type { PolicyEngine, PolicyRequest } from '../../activities/policy/engine.ts';
import { alice, request } from '../policy/questions.ts';

/**
 * The engine under test MUST hold rules by which ListFilters is allowed on accounts, RotatePassword needs one approval,
 * DeleteFilter two signed ones within an hour, one of them of the group network, and nothing is said about BlockDomains.
 */
export function engineContract(name: string, open: () => PolicyEngine | Promise<PolicyEngine>): void {
  const bob: Asset = { ...alice, id: 'bob@corp.example' };
  const ask = async (over: Partial<PolicyRequest>) => (await open()).decide({ ...request, ...over });

  describe(`${name}, as a policy engine`, () => {
    test('allows what a rule permits, and names the rule', async () => {
      const verdict = await ask({ type: 'ListFilters', reversibility: 'none' });
      expect(verdict).toMatchObject({ effect: 'allow', errors: [], obligations: [] });
      expect(verdict.rules.length).toBeGreaterThan(0);
    });

    test('denies what no rule permits, and says so in a rule with a reason', async () => {
      const service: Asset = { id: 'resolver', kind: 'service', provider: 'dns', protected: false, size: 1 };
      const verdict = await ask({ type: 'BlockDomains', targets: [service] });
      expect(verdict.effect).toBe('deny');
      expect(verdict.rules.map((rule) => [rule.id, rule.reason.length > 10])).toEqual([
        ['default_deny', true],
      ]);
    });

    test('denies an action it has never heard of', async () => {
      const verdict = await ask({ type: 'FormatEverything' });
      expect(verdict.effect).toBe('deny');
      expect(verdict.rules.length).toBeGreaterThan(0);
    });

    test('asks for approval with a quorum, and allows once it is reached', async () => {
      expect(await ask({})).toMatchObject({
        effect: 'needs_approval',
        obligations: [{ kind: 'approval', quorum: 1 }],
      });
      expect(await ask({ approvals: [{ by: 'dana', assurance: 'V1', groups: [] }] })).toMatchObject({
        effect: 'allow',
      });
    });

    test('does not count the requester, nor an asserted name in production', async () => {
      const approvals = [{ by: 'ROBIN', assurance: 'V2', groups: [] }] as const;
      expect((await ask({ approvals })).effect).toBe('needs_approval');
      const asserted = [{ by: 'dana', assurance: 'V0', groups: [] }] as const;
      expect((await ask({ approvals: asserted })).effect).toBe('allow');
      expect((await ask({ approvals: asserted, mode: 'production' })).effect).toBe('needs_approval');
    });

    test('asks for groups, assurance and time, and takes nothing less', async () => {
      const type = 'DeleteFilter';
      expect(await ask({ type })).toMatchObject({
        effect: 'needs_approval',
        obligations: [
          {
            kind: 'approval',
            quorum: 2,
            groups: [{ group: 'network', count: 1 }],
            minAssurance: 'V3',
            expiresMs: 3_600_000,
          },
        ],
      });
      const dana = { by: 'dana', assurance: 'V3', groups: ['network'] } as const;
      const eli = { by: 'eli', assurance: 'V3', groups: [] } as const;
      const given = async (approvals: PolicyRequest['approvals'], roster = true) =>
        (await ask({ type, approvals, roster })).effect;
      expect(await given([dana, eli])).toBe('allow');
      expect(await given([dana, { ...eli, assurance: 'V2' }])).toBe('needs_approval');
      expect(await given([{ ...dana, groups: ['soc'] }, eli])).toBe('needs_approval');
      expect(await given([dana, { ...dana, by: ' DANA ' }])).toBe('needs_approval');
    });

    test('takes names for signatures only in development without a roster', async () => {
      const type = 'DeleteFilter';
      const approvals = [
        { by: 'dana', assurance: 'V0', groups: [] },
        { by: 'eli', assurance: 'V0', groups: [] },
      ] as const;
      expect((await ask({ type, approvals, roster: false })).effect).toBe('allow');
      expect((await ask({ type, approvals, roster: true })).effect).toBe('needs_approval');
      expect((await ask({ type, approvals, mode: 'production' })).effect).toBe('needs_approval');
    });

    test('lets nobody approve who is barred', async () => {
      const approvals = [{ by: 'Avery', assurance: 'V3', groups: [] }] as const;
      expect((await ask({ approvals, barred: ['avery'] })).effect).toBe('needs_approval');
    });

    test('lets the strictest target decide', async () => {
      const host: Asset = { id: 'host-1', kind: 'device', provider: 'endpoint', protected: false, size: 1 };
      const type = 'ListFilters';
      expect((await ask({ type, targets: [alice, bob] })).effect).toBe('allow');
      expect((await ask({ type, targets: [alice, host] })).effect).toBe('deny');
    });

    test('denies a request without a target', async () => {
      expect((await ask({ targets: [] })).effect).toBe('deny');
    });

    test('denies a request too large to think about, at once', async () => {
      const startedAt = performance.now();
      const verdict = await ask({ caseId: 'x'.repeat(10 * 1024 * 1024) });
      expect(verdict).toMatchObject({ effect: 'deny' });
      expect(verdict.errors.length).toBeGreaterThan(0);
      expect(performance.now() - startedAt).toBeLessThan(1000);
    });

    test('names the policy set by its digest in every verdict, and answers alike twice', async () => {
      const engine = await open();
      const [first, second] = [await engine.decide(request), await engine.decide(request)];
      expect(first.policySet).toBe(engine.set.digest);
      expect(first.engine).not.toBe('');
      expect(second).toEqual(first);
    });

    test('changes nothing of what it is given', async () => {
      const before = structuredClone(request);
      await ask({});
      expect(request).toEqual(before);
    });
  });
}
