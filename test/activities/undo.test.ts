/**
 * What the engine keeps of an effect, and what an undo makes of it. The bugs these would catch: a secret that is kept
 * with a saved state, a state that is put back after it was changed on the way, an effect that is undone twice.
 */
import { describe, expect, test } from '@jest/globals';
import { createAct } from '../../activities/act.ts';
import { Undo } from '../../activities/catalogue/undo.ts';
import type { Answer, Performance, Undone } from '../../activities/connectors/connector.ts';
import { inputsDigest } from '../../activities/keys.ts';
import { createSettle } from '../../activities/settle.ts';
import type { Ledger } from '../../activities/stores/ledger.ts';
import { planUndo, undoNameOf } from '../../activities/undo/plan.ts';
import { inReverse } from '../../activities/undo/order.ts';
import type { Standing } from '../../activities/undo/items.ts';
import { canonical } from '../../workflows/audit/canonical.ts';
import { withoutReceipts } from '../../workflows/audit/receipt.ts';
import { isObject, type JsonObject } from '../../workflows/language/json.ts';
import { PLAN_VERSION, type Plan, type PlannedTask } from '../../workflows/language/plan.ts';
import type { Call, Question, Result, RunRef } from '../../workflows/ports.ts';
import { sha256 } from '../../activities/keys.ts';
import { callFor, entriesOf, ledgers, question, RUN, START, worldOf, type Given } from './samples.ts';

const stores = ledgers();
const KINDS = ['memory', 'SQLite'] as const;
const UNDO_RUN: RunRef = { ...RUN, workflowId: `${RUN.workflowId}/undo`, chain: 'undo-1', playbook: 'undo' };

function undoing(answer: Answer<Undone> = { kind: 'done', output: { changed: true, now: 'as before' } }) {
  const seen: JsonObject[] = [];
  const undo: Performance['undo'] = {
    class: 'A',
    describe: (saved) => `the filters ${JSON.stringify(saved['ids'])} are back`,
    async perform(saved) {
      seen.push(saved);
      return answer;
    },
  };
  return { undo, seen };
}

const removed = (undo?: JsonObject): NonNullable<Given['perform']> => {
  const answer = {
    kind: 'done',
    output: { removed: ['f1'] },
    ...(undo === undefined ? {} : { undo }),
  } as const;
  return async () => answer;
};

async function make(
  ledger: Ledger,
  undo: Performance['undo'],
  saved: JsonObject | undefined,
  call: Call = callFor(),
) {
  const { world } = worldOf(ledger, { perform: removed(saved), like: undo ? { undo } : {} });
  const done = await createAct(world)({ run: RUN, facts: [], call, at: START });
  return { world, done: withoutReceipts<Result>(done) };
}

function plannedTask(name: string, given: Partial<PlannedTask> = {}): PlannedTask {
  return {
    name,
    type: 'RemoveFilters',
    layer: 0,
    needs: [],
    join: 'all',
    when: null,
    inputs: { kind: 'literal', value: {} },
    approvalRequired: false,
    key: null,
    retry: { attempts: 1, backoffMs: 0, on: [] },
    timeoutMs: 1000,
    expiresMs: 1000,
    connector: 'mail',
    reversibility: 'A',
    repeat: 'natural',
    ...given,
  };
}

function planOf(...tasks: readonly PlannedTask[]): Plan {
  const { playbook: id, playbookVersion: version, severity } = RUN;
  return {
    v: PLAN_VERSION,
    playbook: { id, version, description: '', severity, tags: [] },
    walk: 'layers',
    context: {},
    tasks,
    layers: [...new Set(tasks.map(({ layer }) => layer))].map((layer) =>
      tasks.filter((task) => task.layer === layer).map(({ name }) => name),
    ),
  };
}

/** As the walk leaves a run that is over. */
async function close(ledger: Ledger, plan = planOf(plannedTask('clean'))): Promise<void> {
  const text = canonical(plan);
  await ledger.put({ kind: 'plan', digest: sha256(text), text });
  const fact = { task: null, at: START };
  await ledger.append(
    [
      { ...fact, event: 'playbook_started', details: { plan: sha256(text) }, coordinate: 'started' } as const,
      { ...fact, event: 'playbook_completed', details: {}, coordinate: 'completed' } as const,
    ].map((fact) => ({ run: RUN, fact })),
  );
}

const ASKED = { workflow_id: RUN.workflowId, run_id: RUN.chain };

async function undoCall(world: Parameters<typeof planUndo>[0]): Promise<Call> {
  const planned = await planUndo(world, RUN.caseId, ASKED);
  if (planned.kind === 'refused') throw new Error(planned.problems.join());
  const [task] = planned.sealed.plan.tasks;
  if (task?.inputs.kind !== 'literal' || !isObject(task.inputs.value)) throw new Error('no undo task');
  const key = task.key?.template.kind === 'literal' ? task.key.template.value : null;
  if (typeof key !== 'string') throw new Error('no key');
  const asked: Question = question({
    task: task.name,
    type: task.type,
    connector: task.connector ?? '',
    inputs: task.inputs.value,
    key: { key, scope: 'global' },
  });
  expect(Undo.input.safeParse(asked.inputs).success).toBe(true);
  const digest = inputsDigest(asked.type, asked.connector, asked.inputs);
  return callFor(asked, { inputsDigest: digest, targets: Undo.targets(Undo.input.parse(asked.inputs)) });
}

async function undo(world: Parameters<typeof createAct>[0], call: Call): Promise<Result> {
  return withoutReceipts<Result>(await createAct(world)({ run: UNDO_RUN, facts: [], call, at: START }));
}

describe.each(KINDS)('an effect and its undo, in %s', (kind) => {
  test('what was saved is kept with the claim, and its digest and class are on record', async () => {
    const { ledger } = await stores[kind]();
    const { undo } = undoing();
    await make(ledger, undo, { ids: ['f1'] });
    const [claim] = await ledger.claimsOf(RUN.chain);
    expect(claim?.effect).toMatchObject({ class: 'A', targets: ['alice', 'mail'], undone: null });
    const saved = claim?.effect?.saved ?? '';
    expect(await ledger.get('saved', saved)).toBe('{"ids":["f1"]}');
    const called = (await entriesOf(ledger)).find(({ event }) => event === 'connector_called');
    expect(called?.details).toMatchObject({ undo: 'A', saved });
  });

  test('a saved state that holds a secret is not kept, neither as it is nor redacted, and the undo says so', async () => {
    const { ledger } = await stores[kind]();
    const { undo } = undoing();
    const { world, done } = await make(ledger, undo, { ids: ['f1'], password: 'hunter2' });
    expect(done.kind).toBe('done');
    expect((await ledger.claimsOf(RUN.chain))[0]?.effect).toMatchObject({ class: 'A', saved: null });
    const called = (await entriesOf(ledger)).find(({ event }) => event === 'connector_called');
    expect(called?.details).toMatchObject({ undo: 'A', saved: null });
    await close(ledger);
    expect(await planUndo(world, RUN.caseId, ASKED)).toMatchObject({
      kind: 'refused',
      problems: [expect.stringMatching(/^nothing_to_undo/), expect.stringMatching(/^clean: .*held a secret/)],
    });
  });

  test('an undo gets what was saved, and frees the key: what is wanted again is done again', async () => {
    const { ledger } = await stores[kind]();
    const { undo: back, seen } = undoing();
    const { world } = await make(ledger, back, { ids: ['f1'] });
    await close(ledger);
    const call = await undoCall(world);
    expect(await undo(world, call)).toMatchObject({ kind: 'done', output: { changed: true } });
    expect(seen).toEqual([{ ids: ['f1'] }]);
    expect(await planUndo(world, RUN.caseId, ASKED)).toMatchObject({
      problems: [expect.anything(), `clean: it was taken back by ${UNDO_RUN.workflowId}`],
    });
    const again = await createAct(world)({
      run: { ...RUN, chain: 'later' },
      facts: [],
      call: callFor(),
      at: START,
    });
    expect(again.kind).toBe('done');
  });

  test('the same undo asked for by another run takes nothing back a second time', async () => {
    const { ledger } = await stores[kind]();
    const { undo: back, seen } = undoing();
    const { world } = await make(ledger, back, { ids: ['f1'] });
    await close(ledger);
    const call = await undoCall(world);
    await undo(world, call);
    const other = { ...UNDO_RUN, chain: 'undo-2' };
    const second = await createAct(world)({ run: other, facts: [], call, at: START });
    expect(second.kind).toBe('already_done');
    expect(seen).toHaveLength(1);
  });

  test('what cannot be put back is left to a person, with instructions; their word frees the key', async () => {
    const { ledger } = await stores[kind]();
    const fault = { code: 'state_moved', message: 'other filters are there now' };
    const { undo: back } = undoing({ kind: 'refused', fault });
    const { world } = await make(ledger, back, { ids: ['f1'] });
    await close(ledger);
    const call = await undoCall(world);
    const result = await undo(world, call);
    expect(result).toMatchObject({
      kind: 'action_required',
      instructions: expect.stringMatching(
        /the filters \["f1"\] are back\nWhere: alice, mail .*\n.*state_moved/,
      ),
    });
    expect((await ledger.claimsOf(RUN.chain))[0]?.state).toBe('done');
    const settled = { kind: 'completed', output: { changed: true, now: 'by hand' } } as const;
    await createSettle(world)({ run: UNDO_RUN, facts: [], call, settled, at: START });
    expect((await ledger.claimsOf(RUN.chain))[0]).toMatchObject({
      state: 'free',
      effect: { undone: { workflowId: UNDO_RUN.workflowId } },
    });
  });

  test('what no connector of this worker can put back any more is left to a person as well', async () => {
    const ledger = (await stores[kind]()).ledger;
    const { undo: back } = undoing();
    const { world } = await make(ledger, back, { ids: ['f1'] });
    await close(ledger);
    const call = await undoCall(world);
    expect(await undo({ ...world, connectors: new Map() }, call)).toMatchObject({
      kind: 'action_required',
      instructions: expect.stringContaining('this worker has no mail that can undo it any more'),
    });
  });

  const erased = (ledger: Ledger, keys: readonly string[]) =>
    ledger.erasePapers([
      {
        chain: RUN.chain,
        keys,
        documents: [],
        loseUndo: true,
        act: () => ({ event: 'papers_erased', details: {}, at: START, about: RUN.chain }),
      },
    ]);

  test('an undo whose saved state was erased after it was planned restores nothing: it is left to a person', async () => {
    const { ledger } = await stores[kind]();
    const { undo: back, seen } = undoing();
    const { world } = await make(ledger, back, { ids: ['f1'] });
    await close(ledger);
    const call = await undoCall(world);
    await erased(
      ledger,
      (await ledger.claimsOf(RUN.chain)).map(({ key }) => key),
    );
    expect(await undo(world, call)).toMatchObject({
      kind: 'action_required',
      instructions: expect.stringContaining(
        'was erased on request since this undo was planned (saved_state_erased)',
      ),
    });
    expect(seen).toEqual([]);
    const settled = { kind: 'completed', output: { changed: true, now: 'by hand' } } as const;
    await createSettle(world)({ run: UNDO_RUN, facts: [], call, settled, at: START });
    expect((await ledger.claimsOf(RUN.chain))[0]).toMatchObject({ state: 'free' });
  });

  test('an undo is not planned for what was erased, and says why', async () => {
    const { ledger } = await stores[kind]();
    const { world } = await make(ledger, undoing().undo, { ids: ['f1'] });
    await close(ledger);
    await erased(
      ledger,
      (await ledger.claimsOf(RUN.chain)).map(({ key }) => key),
    );
    expect(await planUndo(world, RUN.caseId, ASKED)).toMatchObject({
      kind: 'refused',
      problems: [
        expect.stringMatching(/^nothing_to_undo/),
        expect.stringMatching(/^clean: .*was erased on request/),
      ],
    });
  });

  test('a task whose output was erased is not called again by whoever wants it done once more', async () => {
    const { ledger } = await stores[kind]();
    await make(ledger, undoing().undo, { ids: ['f1'] });
    await close(ledger);
    await erased(
      ledger,
      (await ledger.claimsOf(RUN.chain)).map(({ key }) => key),
    );
    let calls = 0;
    const counting = worldOf(ledger, {
      perform: async () => ((calls += 1), { kind: 'done', output: { removed: ['f1'] } }),
    });
    const run = { ...RUN, chain: 'later' };
    const again = await createAct(counting.world)({ run, facts: [], call: callFor(), at: START });
    expect(withoutReceipts<Result>(again)).toEqual({ kind: 'already_done', output: {} });
    expect(calls).toBe(0);
  });

  test('an undo of what the store does not know changes nothing', async () => {
    const { ledger } = await stores[kind]();
    const { undo: back, seen } = undoing();
    const { world } = await make(ledger, back, { ids: ['f1'] });
    await close(ledger);
    const call = await undoCall(world);
    const inputs = { ...call.question.inputs, effect: 'f'.repeat(64) };
    const forged = callFor(
      { ...call.question, inputs },
      { inputsDigest: inputsDigest(call.question.type, call.question.connector, inputs) },
    );
    expect(await undo(world, forged)).toMatchObject({ kind: 'failed', fault: { code: 'no_effect' } });
    expect(seen).toEqual([]);
  });
});

describe('the plan of an undo', () => {
  test('is refused for a run that is unknown, of another case, or an undo itself', async () => {
    const { ledger } = stores.memory();
    const { world } = await make(ledger, undoing().undo, { ids: ['f1'] });
    expect(await planUndo(world, RUN.caseId, ASKED)).toMatchObject({
      problems: [expect.stringMatching(/^unknown_run/)],
    });
    await close(ledger);
    expect(await planUndo(world, 'CASE-9', ASKED)).toMatchObject({
      problems: [expect.stringMatching(/^other_case/)],
    });
    const second = stores.memory().ledger;
    const undo = planOf(plannedTask('clean'));
    await close(second, { ...undo, playbook: { ...undo.playbook, id: 'undo' } });
    expect(await planUndo({ ...world, ledger: second }, RUN.caseId, ASKED)).toMatchObject({
      problems: [expect.stringMatching(/^undo_of_undo/)],
    });
    expect(await planUndo(world, RUN.caseId, { ...ASKED, workflow_id: 'another' })).toMatchObject({
      problems: [expect.stringMatching(/^unknown_run/)],
    });
  });

  test('names its tasks after those they undo, within the length of a name and without two alike', () => {
    expect(undoNameOf('block')).toBe('undo_block');
    const [one, other] = ['a', 'b'].map((end) => undoNameOf(`${'x'.repeat(63)}${end}`));
    expect(one).toMatch(/^undo_[a-z0-9_]{59}$/);
    expect(one).not.toBe(other);
  });

  test('waits for what was built upon an effect and for what touched the same target later, and for nothing else', () => {
    const tasks = [
      plannedTask('a'),
      plannedTask('b', { layer: 1, needs: [{ task: 'a' }] }),
      plannedTask('c'),
      plannedTask('d', { layer: 2, needs: [{ task: 'b' }] }),
      plannedTask('e', { layer: 1 }),
    ];
    const stands = (name: string, at: number, ...targets: string[]): Standing => {
      const task = tasks.find((one) => one.name === name) ?? plannedTask(name);
      const effect = { type: 'T', connector: 'mail', class: 'A', targets, saved: 'x', undone: null } as const;
      const owner = { workflowId: 'w', chain: 'c', task: name };
      const claim = {
        key: name,
        inputsDigest: '',
        owner,
        state: 'done',
        attempts: 1,
        fence: 1,
        output: null,
        effect,
        claimedAt: at,
        updatedAt: at,
      } as const;
      return { task, claim, effect, what: '', timeoutMs: 1 };
    };
    const placed = inReverse(planOf(...tasks), [
      stands('a', 1, 'port'),
      stands('b', 2, 'zone'),
      stands('c', 2, 'disk'),
      stands('d', 3, 'router'),
      stands('e', 4, 'port'),
    ]);
    expect(placed.map(({ standing, after, layer }) => [standing.task.name, after, layer])).toEqual([
      ['e', [], 0],
      ['d', [], 0],
      ['b', ['d'], 1],
      ['c', [], 0],
      ['a', ['e', 'b'], 2],
    ]);
  });
});
