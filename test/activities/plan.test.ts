import { describe, expect, test } from '@jest/globals';
import { createCatalogue } from '../../activities/catalogue/index.ts';
import { sha256 } from '../../activities/keys.ts';
import { createPlan } from '../../activities/plan.ts';
import { createMemoryLedger } from '../../activities/stores/index.ts';
import type { World } from '../../activities/world.ts';
import type { PlanRequest } from '../../workflows/activities.ts';
import { canonical } from '../../workflows/audit/canonical.ts';
import { entriesOf, removeFilters, RUN, START, worldOf } from './samples.ts';

const PLAYBOOK = `id: cleaning
context: { who: string, limit: { type: integer, default: 3 } }
tasks:
  clean: { type: RemoveFilters, inputs: { user: '{{ who }}' } }
`;

function planner(source: string | null = PLAYBOOK, given: Partial<World> = {}) {
  const ledger = createMemoryLedger({ log: 'test', now: () => START });
  const contracts = new Map([['RemoveFilters', removeFilters]]);
  const mail = (name: string) => ({
    name,
    performs: {
      RemoveFilters: {
        reversibility: 'A' as const,
        repeat: 'natural' as const,
        timeoutMs: 1000,
        scopes: [],
        perform: () => Promise.resolve({ kind: 'done' as const, output: {} }),
      },
    },
  });
  let text = source;
  let reads = 0;
  const { world } = worldOf(ledger, {
    catalogue: createCatalogue([mail('google'), mail('microsoft')], contracts),
    providerOf: (account) => (account.endsWith('@g.example') ? 'google' : null),
    async playbook(id) {
      reads += 1;
      return text === null ? null : { file: `${id}.yaml`, source: Buffer.from(text) };
    },
    ...given,
  });
  const plan = createPlan(world);
  return {
    ledger,
    edit: (next: string) => void (text = next),
    reads: () => reads,
    ask: (input: PlanRequest['input'], digest: string | null = null) =>
      plan({
        workflowId: RUN.workflowId,
        chain: RUN.chain,
        runId: RUN.chain,
        startedAt: START,
        playbook: 'cleaning',
        input,
        digest,
        at: START,
      }),
  };
}

const GOOD = { case_id: 'CASE-1', context: { who: 'alice@g.example' } };

describe('a run that may start', () => {
  test('gets its plan under the digest of its canonical text, which is stored', async () => {
    const { ask, ledger } = planner();
    const reply = await ask(GOOD);
    if (reply.kind !== 'plan') throw new Error(reply.problems.join('\n'));
    const { plan, digest } = reply.sealed;
    expect(digest).toBe(sha256(canonical(plan)));
    expect(await ledger.get('plan', digest)).toBe(canonical(plan));
    expect(reply).toMatchObject({
      context: { who: 'alice@g.example', limit: 3 },
      requestedBy: 'riley',
      pollMs: null,
      continueAfterEvents: null,
    });
    expect((await ledger.head()).size).toBe(0);
  });

  test('is performed at the provider that holds the account, or at the one asked for', async () => {
    const connectorFor = async (options: object): Promise<unknown> => {
      const reply = await planner().ask({ ...GOOD, options });
      return reply.kind === 'plan' ? reply.sealed.plan.tasks[0]?.connector : reply.problems;
    };
    expect(await connectorFor({})).toBe('google');
    expect(await connectorFor({ provider: 'microsoft' })).toBe('microsoft');
  });

  test('may say who asks for it, how often to poll and when to continue', async () => {
    const options = { requested_by: ' ines ', poll_seconds: 0.5, continue_after_events: 100 };
    expect(await planner().ask({ ...GOOD, options })).toMatchObject({
      requestedBy: 'ines',
      pollMs: 500,
      continueAfterEvents: 100,
    });
  });

  test('shares its compilation with other runs of the same text, and sees an edit at once', async () => {
    const { ask, edit } = planner();
    const first = await ask(GOOD);
    const second = await ask({ ...GOOD, case_id: 'CASE-2' });
    edit(PLAYBOOK.replace('default: 3', 'default: 4'));
    const third = await ask(GOOD);
    if (first.kind !== 'plan' || second.kind !== 'plan' || third.kind !== 'plan') throw new Error('refused');
    expect(second.sealed.plan).toBe(first.sealed.plan);
    expect(third.sealed.digest).not.toBe(first.sealed.digest);
  });
});

describe('a run that goes on as a new one', () => {
  test('gets the very plan it was started with, whatever the file says now', async () => {
    const { ask, edit, reads } = planner();
    const started = await ask(GOOD);
    if (started.kind !== 'plan') throw new Error('refused');
    edit('id: cleaning\ntasks: { nothing: { type: Gone } }\n');
    const continued = await ask(GOOD, started.sealed.digest);
    expect(continued).toMatchObject({ kind: 'plan', sealed: started.sealed });
    expect(reads()).toBe(1);
  });

  test('is refused when its plan is not in the store', async () => {
    const reply = await planner().ask(GOOD, 'a'.repeat(64));
    expect(reply).toMatchObject({
      kind: 'refused',
      problems: [expect.stringContaining('is not in the store')],
    });
  });
});

describe('a run that may not start', () => {
  const problemsOf = async (input: unknown, source: string | null = PLAYBOOK): Promise<string> => {
    const reply = await planner(source).ask(input as PlanRequest['input']);
    return reply.kind === 'refused' ? reply.problems.join('\n') : 'not refused';
  };

  test.each([
    [{}, 'case_id'],
    [{ ...GOOD, case_id: '../etc' }, 'letters, digits'],
    [{ ...GOOD, case_id: 'x'.repeat(129) }, 'letters, digits'],
    [{ ...GOOD, surprise: 1 }, 'surprise'],
    [{ ...GOOD, options: { approve_all: true } }, 'approve_all'],
    [{ ...GOOD, options: { continue_after_events: 1 } }, 'continue_after_events'],
    [{ ...GOOD, options: { requested_by: ' ' } }, 'requested_by'],
    [
      { ...GOOD, options: { requested_by: 'ri\ud83d' } },
      '$.options.requested_by holds half of a surrogate pair',
    ],
    [{ case_id: 'CASE-1', context: { who: '\ud83d' } }, '$.context.who holds half of a surrogate pair'],
    [{ case_id: 'CASE-1', options: { provider: 'google' } }, 'who'],
    [{ case_id: 'CASE-1', context: { who: 7 }, options: { provider: 'google' } }, 'who'],
    [{ case_id: 'CASE-1', context: { who: 'alice@g.example', whom: 'bob' } }, 'whom'],
  ])('for what it is started with: %p', async (input, told) => {
    expect(await problemsOf(input)).toContain(told);
  });

  test.each([
    ['a playbook that does not exist', null, 'there is no playbook cleaning'],
    ['a file that is no YAML', 'id: [', 'cleaning.yaml:1'],
    ['a file that holds another playbook', PLAYBOOK.replace('id: cleaning', 'id: other'), 'its id must be'],
    ['a task nobody knows', PLAYBOOK.replace('RemoveFilters', 'RemoveFilterz'), 'RemoveFilters'],
    ['an input that is not there', PLAYBOOK.replace('{{ who }}', '{{ whom }}'), 'whom'],
  ])('for %s', async (_, source, told) => {
    expect(await problemsOf(GOOD, source)).toContain(told);
  });

  test('because two providers could perform a task and nothing says which', async () => {
    expect(await problemsOf({ case_id: 'CASE-1', context: { who: 'alice@elsewhere.example' } })).toMatch(
      /google.*microsoft/s,
    );
  });

  test('is told all its problems at once, and they are in the record', async () => {
    const { ask, ledger } = planner(PLAYBOOK.replace('{{ who }}', '{{ a }} {{ b }}'));
    const reply = await ask(GOOD);
    if (reply.kind !== 'refused') throw new Error('not refused');
    expect(reply.problems.length).toBe(2);
    const entries = await entriesOf(ledger);
    expect(entries.map(({ event }) => event)).toEqual(['playbook_started', 'dag_validation_failed']);
    expect(entries[1]?.details).toEqual({ problems: reply.problems });
  });
});
