/** `cordon audit erase` over a run and a case, as a data-protection officer has it: asked, refused, done, and told. */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { foundName } from '../../activities/connectors/found.ts';
import { openLocalEvidence } from '../../activities/evidence/local.ts';
import { createKeptStore } from '../../activities/secrets/kept.ts';
import { openStores, sha256Hex } from '../../activities/stores/index.ts';
import type { Ledger } from '../../activities/stores/ledger.ts';
import { canonical } from '../../workflows/audit/canonical.ts';
import { loadConfig, type Config } from '../../worker/config.ts';
import { START, temporaryFolder } from '../audit/samples.ts';

const folder = temporaryFolder();
const PERSON = 'alice.private@mail.example';
const CASE = 'CASE-7';
let configs = 0;

function newConfig(): Config {
  const own = join(folder, String((configs += 1)));
  mkdirSync(own, { recursive: true });
  const file = join(own, 'cordon.yaml');
  writeFileSync(file, 'mode: development\nrecord:\n  checkpoint_ms: 50\n');
  const loaded = loadConfig({ file, env: {} });
  if (loaded.kind === 'problems') throw new Error(loaded.problems.join('\n'));
  return loaded.config;
}

const cli = fileURLToPath(new URL('../../client/main.ts', import.meta.url));
const AUTHORITY = ['--as', 'dpo@corp.example', '--reason', 'request 2026-17'];

/** Port 1 is reserved and nothing listens there: no server is asked. */
function erase(
  config: Config,
  ...args: readonly string[]
): Promise<{ code: number; out: string; err: string }> {
  return cordon(config, 'audit', 'erase', ...args, ...AUTHORITY);
}
function cordon(
  config: Config,
  ...args: readonly string[]
): Promise<{ code: number; out: string; err: string }> {
  const file = join(config.state, '../../cordon.yaml');
  const env = { ...process.env, TEMPORAL_ADDRESS: '127.0.0.1:1' };
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, '--config', file, ...args], { env }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

const keyOf = (chain: string): string => canonical(['task', `cordon-p-${chain}`, chain, 'stop_forwarding']);

/** A run that stopped a forwarding: what it found, gave, showed and recorded names a person everywhere. */
async function recordRun(ledger: Ledger, chain: string, ended = true): Promise<void> {
  const run = { workflowId: `cordon-p-${chain}`, chain, startedAt: START, caseId: CASE, playbook: 'p' };
  const fact = (event: 'playbook_started' | 'policy_checked' | 'playbook_completed', details: object) => ({
    run,
    fact: { event, task: null, details: { ...details }, at: START, coordinate: event },
  });
  const plan = canonical({ playbook: { id: 'p' }, tasks: [] });
  await ledger.put({ kind: 'plan', digest: sha256Hex(plan), text: plan });
  await ledger.append([
    fact('playbook_started', { plan: sha256Hex(plan), requested_by: PERSON }),
    fact('policy_checked', { reason: `${PERSON} forwards her mail` }),
  ]);
  const card = canonical({ v: 2, chain, nonce: 'n', inputs: { user_email: PERSON } });
  await ledger.put({ kind: 'card', digest: sha256Hex(card), text: card });
  const owner = { chain, workflowId: run.workflowId, task: 'stop_forwarding' };
  const begun = await ledger.begin({ key: keyOf(chain), owner, inputsDigest: 'i', now: 1 });
  if (begun.answer.kind !== 'begun') throw new Error(begun.answer.kind);
  const state = canonical({ forwarding: PERSON, chain });
  const effect = {
    type: 'StopForwarding',
    connector: 'mail',
    class: 'A' as const,
    targets: [`account:${PERSON}`],
    saved: sha256Hex(state),
    undone: null,
  };
  await ledger.finish(
    { key: keyOf(chain), fence: 1, result: 'done', output: { stopped: [PERSON] }, effect, now: 2 },
    { documents: [{ kind: 'saved', digest: sha256Hex(state), text: state }] },
  );
  if (ended) await ledger.append([fact('playbook_completed', {})]);
}

async function store(work: (ledger: Ledger) => Promise<void>): Promise<Config> {
  const config = newConfig();
  const ledger = await openStores(config.state, { log: 'cordon/test', now: () => START });
  await work(ledger);
  await ledger.close();
  return config;
}

/** In which of the store's own files the person is named. */
function named(config: Config): readonly string[] {
  const own = join(config.state, '..');
  return readdirSync(own, { withFileTypes: true })
    .filter((file) => file.isFile() && readFileSync(join(own, file.name)).includes(PERSON))
    .map(({ name }) => name);
}

const UNDO_PLAN = { playbook: { id: 'undo' }, undo: { workflowId: 'w', chain: 'run-a' }, tasks: [] };

describe('erasing a case', () => {
  test('control: before it the store names the person, and the record verifies', async () => {
    const config = await store((ledger) => recordRun(ledger, 'run-a'));
    expect(named(config)).not.toEqual([]);
    expect((await cordon(config, 'audit', 'verify', config.state)).code).toBe(0);
  }, 60_000);

  test('T36: with its papers leaves the person in no file of the store, still verifies, and does nothing twice', async () => {
    const config = await store(async (ledger) => {
      await recordRun(ledger, 'run-a');
      await recordRun(ledger, 'run-b');
    });
    const evidence = await openLocalEvidence(config.evidence);
    const bytes = Buffer.from('a rule');
    await evidence.put({ caseId: CASE, task: 't', name: 'rule', mediaType: 'text/plain', bytes });
    const kept = createKeptStore(config.secrets.kept);
    const found = foundName(createHash('sha256').update(keyOf('run-a')).digest('hex'));
    await kept.keep(found, () => JSON.stringify({ found: { forwarding: PERSON } }));

    const asked = await erase(config, '--case', CASE, '--papers', '--lose-undo', '--json');
    expect([asked.code, asked.err]).toEqual([0, '']);
    const told = JSON.parse(asked.out) as {
      readonly erased: readonly unknown[];
      readonly papers: object;
      readonly remains: readonly { readonly what: string; readonly where: string }[];
    };
    expect(told.erased.length).toBe(4);
    expect(told.papers).toEqual({
      outputs: 2,
      saved: 2,
      cards: 2,
      plans: 0,
      undoLost: ['stop_forwarding', 'stop_forwarding'],
      found: 1,
      notRemoved: [],
    });
    const places = told.remains.map(({ where }) => where);
    expect(places).toEqual(expect.arrayContaining(['the evidence folder', "Temporal's histories", 'claims']));
    expect(told.remains.map(({ what }) => what)).toContainEqual(
      expect.stringContaining('1 items of evidence'),
    );

    expect(named(config)).toEqual([]);
    expect((await kept.get(found)).kind).toBe('no_secret');
    const verified = await cordon(config, 'audit', 'verify', '--deep', '--json');
    expect([verified.code, verified.err]).toEqual([0, '']);
    expect(JSON.parse(verified.out)).toMatchObject({ verified: true, values: { erased: 4 } });
    const ledger = await openStores(config.state);
    const owner = { chain: 'later', workflowId: 'w', task: 't' };
    const again = await ledger.begin({ key: keyOf('run-a'), owner, inputsDigest: 'i', now: 9 });
    expect(again.answer).toMatchObject({ kind: 'done', own: false, output: null });
    await ledger.close();
  }, 60_000);

  test('is refused while something can still be undone, and nothing was erased', async () => {
    const config = await store((ledger) => recordRun(ledger, 'run-a'));
    const asked = await erase(config, '--case', CASE, '--papers');
    expect([asked.code, asked.out]).toEqual([3, '']);
    expect(asked.err).toMatch(/undo_possible: stop_forwarding can still be undone.*--lose-undo/);
    const ledger = await openStores(config.state);
    expect(await ledger.lookup(keyOf('run-a'))).toMatchObject({ output: { stopped: [PERSON] } });
    await ledger.close();
  }, 60_000);

  test('is refused for a run of which nobody says that it is over, whatever is said besides', async () => {
    const config = await store((ledger) => recordRun(ledger, 'run-a', false));
    const asked = await erase(config, '--run', 'cordon-p-run-a', '--papers', '--lose-undo');
    expect([asked.code, asked.out]).toEqual([3, '']);
    expect(asked.err).toMatch(/run_open: the record does not say that cordon-p-run-a has ended/);
  }, 60_000);

  test('is refused for a run that an undo under way wants to read, and says which; unless it may be lost', async () => {
    const config = await store(async (ledger) => {
      await recordRun(ledger, 'run-a');
      const undo = canonical(UNDO_PLAN);
      await ledger.put({ kind: 'plan', digest: sha256Hex(undo), text: undo });
      const run = {
        workflowId: 'cordon-undo-1',
        chain: 'undo-1',
        startedAt: START,
        caseId: CASE,
        playbook: 'undo',
      };
      const details = { plan: sha256Hex(undo) };
      const fact = { event: 'playbook_started', task: null, details, at: START, coordinate: 's' } as const;
      await ledger.append([{ run, fact }]);
    });
    const asked = await erase(config, '--run', 'run-a', '--papers');
    expect(asked.code).toBe(3);
    expect(asked.err).toMatch(/undo_open: cordon-undo-1 is taking it back/);
    const lost = await erase(config, '--run', 'run-a', '--papers', '--lose-undo');
    expect([lost.code, lost.err]).toEqual([0, '']);
    expect(lost.out).toMatch(/These can no longer be undone, only put back by hand: stop_forwarding/);
    expect(lost.out).toMatch(/1 cards, 0 plans/);
    // The undo that is under way may ask for its plan again.
    const ledger = await openStores(config.state);
    expect(await ledger.get('plan', sha256Hex(canonical(UNDO_PLAN)))).not.toBeNull();
    await ledger.close();
  }, 60_000);

  test('without its papers says which are kept, and how to erase them', async () => {
    const config = await store((ledger) => recordRun(ledger, 'run-a'));
    const asked = await erase(config, '--run', 'run-a');
    expect([asked.code, asked.err]).toEqual([0, '']);
    expect(asked.out).toMatch(/2 personal values erased/);
    expect(asked.out).toMatch(
      /kept: 1 outputs of tasks, 1 states saved for undo, 1 cards, 0 plans of undos.*--papers/,
    );
    expect(asked.out).toMatch(/What remains, and where/);
  }, 60_000);

  test.each([
    [['--case', 'CASE-9'], 1, /case_unknown/],
    [['--run', 'nobody'], 1, /run_unknown/],
    [['9999'], 1, /value_unknown/],
    [['999999999999999999'], 2, /named by its number/],
    [['-1'], 2, /./],
    [['2', '--papers'], 2, /goes with --run or --case/],
    [['--case', CASE, '--lose-undo'], 2, /goes with --papers/],
    [['--case', CASE, '--run', 'run-a'], 2, /name the number of one entry/],
  ])(
    'asked as %j ends with %i and says why',
    async (args, code, says) => {
      const config = await store((ledger) => recordRun(ledger, 'run-a'));
      const asked = await erase(config, ...args);
      expect([asked.code, asked.out]).toEqual([code, '']);
      expect(asked.err).toMatch(says);
      expect(asked.err).not.toMatch(/\n\s+at /);
    },
    60_000,
  );
});
