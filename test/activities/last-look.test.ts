import { describe, expect, test } from '@jest/globals';
import { createAct } from '../../activities/act.ts';
import { createJudge } from '../../activities/judge.ts';
import { sha256 } from '../../activities/keys.ts';
import type { Policy } from '../../activities/policy/engine.ts';
import { createMemoryLedger } from '../../activities/stores/index.ts';
import { withoutReceipts } from '../../workflows/audit/receipt.ts';
import type { Result } from '../../workflows/ports.ts';
import type { Obligation, Verdict } from '../../workflows/walk/verdict.ts';
import {
  ALLOW,
  callFor,
  done,
  eventsIn,
  noted,
  policyOf,
  question,
  RUN,
  START,
  worldOf,
  type Given,
} from './samples.ts';

const DENY: Verdict = {
  ...ALLOW,
  effect: 'deny',
  rules: [{ id: 'guard.kill_switch', effect: 'guard', reason: 'on' }],
};
const fresh = () => createMemoryLedger({ log: 'test', now: () => START });

function acting(verdict: Verdict | (() => Verdict), given: Given = {}) {
  const ledger = fresh();
  const policy = policyOf(async () => (typeof verdict === 'function' ? verdict() : verdict));
  const { world, calls } = worldOf(ledger, { policy, ...given });
  const act = () => createAct(world)({ run: RUN, facts: [noted()], call: callFor(), at: START });
  return { act, calls, ledger, world };
}
const obliging = (...obligations: Obligation[]): Verdict => ({ ...ALLOW, obligations });

describe('Immediately before the act', () => {
  test('policy that allows lets it happen (control)', async () => {
    const { act, calls } = acting(ALLOW);
    expect(await act()).toMatchObject({ kind: 'done' });
    expect(calls).toHaveLength(1);
  });

  test('policy that has come to deny stops it, with its rule, and nothing is sent or claimed', async () => {
    const { act, calls, ledger } = acting(DENY);
    expect(withoutReceipts<Result>(await act())).toEqual({ kind: 'denied', verdict: DENY });
    expect(calls).toEqual([]);
    expect(await eventsIn(ledger)).toEqual(['task_started', 'policy_checked']);
  });

  test('policy that wants a person again stops it: approval was given for what policy was then', async () => {
    const { act, calls } = acting({ ...ALLOW, effect: 'needs_approval' });
    expect((await act()).kind).toBe('denied');
    expect(calls).toEqual([]);
  });

  test('an attempt that never reported is not called denied: it may have taken effect', async () => {
    let verdict = ALLOW;
    const { act, calls, ledger, world } = acting(() => verdict, { like: { repeat: 'natural' } });
    const { key, owner, inputsDigest } = claimOf();
    await ledger.begin({ key, owner, inputsDigest, now: START });
    verdict = DENY;
    expect(world.policy.set.name).toBe('sample');
    expect((await act()).kind).toBe('indeterminate');
    expect(calls).toEqual([]);
  });

  test('a retry that is stopped gives its key back, for nothing was changed', async () => {
    let verdict = ALLOW;
    const perform: Given['perform'] = async () => ({
      kind: 'try_again',
      because: 'unavailable',
      fault: { code: 'down', message: 'down' },
    });
    const { act, ledger } = acting(() => verdict, { perform });
    await expect(act()).rejects.toThrow('down');
    verdict = DENY;
    expect((await act()).kind).toBe('denied');
    expect(await ledger.lookup(claimOf().key)).toBeNull();
  });
});

function claimOf() {
  const call = callFor();
  const key = JSON.stringify(['case', RUN.caseId, 'clean-alice']);
  return {
    key,
    owner: { chain: RUN.chain, workflowId: RUN.workflowId, task: 'clean' },
    inputsDigest: call.inputsDigest,
  };
}

describe('An obligation is met, or nothing is done:', () => {
  test('what is held back is tried again at its time', async () => {
    const { act, calls } = acting(obliging({ kind: 'delay', until: START + 60_000 }));
    await expect(act()).rejects.toMatchObject({ code: 'held_back', afterMs: 60_000 });
    expect(calls).toEqual([]);
    const later = acting(obliging({ kind: 'delay', until: START }));
    expect((await later.act()).kind).toBe('done');
  });

  test('fields that are withheld never leave the worker', async () => {
    const { act, ledger } = acting(obliging({ kind: 'redact', fields: ['removed'] }), { perform: done });
    expect(await act()).toMatchObject({ kind: 'done', output: { removed: [] } });
    expect((await ledger.lookup(claimOf().key))?.output).toEqual({ removed: [] });
  });

  test('whoever must be told is told first', async () => {
    const told: string[] = [];
    const tell: Given['tell'] = async (to, subject, text) => void told.push(...to, subject, text);
    const { act, calls } = acting(obliging({ kind: 'notify', to: ['soc@corp.example'] }), { tell });
    expect((await act()).kind).toBe('done');
    expect(told[0]).toBe('soc@corp.example');
    expect(told.join(' ')).toContain('RemoveFilters');
    expect(calls).toHaveLength(1);
  });

  test('where nobody can be told, or the notice is not taken, nothing is done', async () => {
    const notify = obliging({ kind: 'notify', to: ['soc@corp.example'] });
    const mute = acting(notify);
    expect(await mute.act()).toMatchObject({
      kind: 'denied',
      verdict: { rules: [{ id: 'guard.obligation' }, {}] },
    });
    const refused = acting(notify, { tell: () => Promise.reject(new Error('550')) });
    await expect(refused.act()).rejects.toMatchObject({ code: 'notice_not_sent' });
    expect([...mute.calls, ...refused.calls]).toEqual([]);
  });

  test('P08: a limit that is reached stops the act, and what was not sent gives its place back', async () => {
    const limit = { name: 'one', counter: 'one/tenant', windowMs: 3_600_000, most: 1 };
    const reserve: Policy['reserve'] = () => ({ limits: [limit], targets: [{ id: 'alice', weight: 1 }] });
    const policy = policyOf(async () => ALLOW, { reserve });
    const refuse: Given['perform'] = async () => ({ kind: 'refused', fault: { code: 'no', message: 'no' } });
    const ledger = fresh();
    const asRun = (chain: string, perform = done) => {
      const { world } = worldOf(ledger, { policy, perform });
      const key = { key: chain, scope: 'run' } as const;
      const call = callFor(question({ key }));
      return createAct(world)({ run: { ...RUN, chain }, facts: [], call, at: START });
    };
    expect((await asRun('refused', refuse)).kind).toBe('failed');
    expect((await asRun('first')).kind).toBe('done');
    const late = await asRun('late');
    expect(late).toMatchObject({ kind: 'denied', verdict: { rules: [{ id: 'guard.blast_radius' }] } });
    expect(JSON.stringify(late)).toContain('1 of 1 are taken');
  });
});

describe('Nobody is asked', () => {
  test('to approve what a limit would stop anyway', async () => {
    const limit = { name: 'none', counter: 'none/tenant', windowMs: 3_600_000, most: 0 };
    const reserve: Policy['reserve'] = () => ({ limits: [limit], targets: [{ id: 'alice', weight: 1 }] });
    const asking = { ...ALLOW, effect: 'needs_approval' } as const;
    const judged = async (given: Partial<Policy>) => {
      const { world } = worldOf(fresh(), { policy: policyOf(async () => asking, given) });
      const judgement = await createJudge(world)({ run: RUN, facts: [], question: question(), at: START });
      return judgement.kind === 'decided' ? judgement.verdict.effect : judgement.kind;
    };
    expect(await judged({ reserve })).toBe('deny');
    expect(await judged({})).toBe('needs_approval');
  });
});

describe('P10: policy that changes while a run is under way', () => {
  const setOf = (
    name: string,
    verdict: Verdict,
    others: { readonly [source: string]: Policy } = {},
  ): Policy => {
    const source = `["rules","${name}"]\n`;
    const digest = sha256(source);
    return policyOf(async () => ({ ...verdict, policySet: digest }), {
      set: { name, digest },
      source,
      reopen: async (text) => others[text] ?? null,
    });
  };
  const judged = async (before: Policy, after: Policy, known = true) => {
    const ledger = fresh();
    const asked = question({ approvals: [{ by: 'sam', assurance: 'V1', card: 'c'.repeat(64) }] });
    if (known) {
      const { world } = worldOf(ledger, { policy: before });
      await createJudge(world)({ run: RUN, facts: [], question: asked, at: START });
    }
    const { world } = worldOf(ledger, { policy: after });
    const pinned = { ...asked, pinned: before.set.digest };
    const judgement = await createJudge(world)({ run: RUN, facts: [], question: pinned, at: START });
    if (judgement.kind !== 'decided') throw new Error(judgement.kind);
    return judgement.verdict;
  };

  test('to something stricter holds at once', async () => {
    const before = setOf('before', ALLOW);
    const after = setOf('after', DENY, { [before.source ?? '']: before });
    expect(await judged(before, after)).toMatchObject({ effect: 'deny', policySet: after.set.digest });
  });

  test('to something looser does not reach the run: the set it began under is asked too', async () => {
    const before = setOf('before', DENY);
    const after = setOf('after', ALLOW, { [before.source ?? '']: before });
    const verdict = await judged(before, after);
    expect(verdict.effect).toBe('deny');
    expect(verdict.rules[0]?.reason).toContain('as the run began');
  });

  test('and allows it both before and after, goes on', async () => {
    const before = setOf('before', ALLOW);
    const after = setOf('after', ALLOW, { [before.source ?? '']: before });
    expect((await judged(before, after)).effect).toBe('allow');
  });

  test('from a set that can no longer be opened denies the run, which can be started again', async () => {
    const before = setOf('before', ALLOW);
    const gone = await judged(before, setOf('after', ALLOW));
    expect(gone).toMatchObject({ effect: 'deny', rules: [{ id: 'policy_error' }] });
    const never = await judged(before, setOf('after', ALLOW, { [before.source ?? '']: before }), false);
    expect(never.errors[0]).toContain('start it again');
  });
});
