/** From a browser to a run: a person signs in, decides, and the run counts them for who they are. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { cardPath } from '../../client/gateway/card-page.ts';
import { cardsIn } from '../../client/gateway/cards.ts';
import { startWorker } from '../../worker/main.ts';
import { openBrowser } from '../gateway/browser.ts';
import { openGatewayStage, type GatewayStage } from '../gateway/stage.ts';
import { eventually } from './eventually.ts';
import { entryOf } from './record.ts';
import { ALICE, RILEY, type Run, type Scene } from './scene.ts';
import { setStage } from './stage.ts';

const stage = setStage();
/** Removed with loss: where it is not asked for by hand, a word at level V2 is enough. */
const TASK = 'delete_suspicious_filters';
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

/** A worker in production that believes this gateway's key, over a roster of these subjects. */
async function open(subjects: { readonly [id: string]: string }): Promise<readonly [Scene, GatewayStage]> {
  const scene = await stage.open({ mode: 'production', workerless: true });
  scene.google.seedAttacker(ALICE);
  const gateway = await openGatewayStage(cardsIn(scene.client, scene.config.taskQueue));
  stops.push(() => gateway.close());
  const file = join(scene.folder, 'roster.yaml');
  const persons = Object.entries(subjects).map(([id, sub]) => ({
    id,
    name: id,
    mail: `${id}@corp.example`,
    subjects: [{ issuer: gateway.issuer, sub }],
  }));
  writeFileSync(file, stringify({ persons }), { mode: 0o600 });
  const started = await startWorker({
    config: {
      ...scene.config,
      roster: { file, digest: null },
      gateway: { trustedKeys: [gateway.publicKey], serve: null },
    },
    temporal: { connectionOptions: { address: stage.server().address }, namespace: 'default' },
    bundle: stage.bundle(),
    graceMs: 500,
    log: () => undefined,
  });
  if (started.kind === 'problems') throw new Error(started.problems.join('\n'));
  stops.push(started.stop);
  return [scene, gateway];
}

async function decideAs(gateway: GatewayStage, run: Run, sub: string, email: string): Promise<string> {
  gateway.signInAs({ sub, email });
  const browser = openBrowser(gateway.base);
  const next = cardPath(run.id, TASK);
  const page = await browser.get(`/login?${new URLSearchParams({ next }).toString()}`);
  const form = page.form('/decide');
  form.set('decision', 'approve');
  form.set('reason', 'called the owner by phone');
  return (await browser.post('/decide', form)).text;
}

const refusals = (run: Run): readonly unknown[] =>
  run.record().flatMap(({ event, details }) => (event === 'vote_refused' ? [details['code']] : []));

test('a person who signed in at the gateway approves a run in production, at level V2', async () => {
  const [scene, gateway] = await open({ carol: 'c-1', bob: 'b-1' });
  const run = await scene.start();
  await run.opens(TASK, 'approval');

  expect(await decideAs(gateway, run, 'e-9', 'carol@corp.example')).toContain('is on its way');
  await eventually('a stranger is refused', () => (refusals(run)[0] === 'person_unknown' ? true : null));
  expect(await decideAs(gateway, run, 'b-1', 'carol@corp.example')).toContain('is on its way');
  await eventually('bob is not carol', () => (refusals(run)[1] === 'name_mismatch' ? true : null));

  expect(await decideAs(gateway, run, 'c-1', 'carol@corp.example')).toContain('is on its way');
  const approved = await eventually(
    'carol counts',
    () => entryOf(run.record(), 'task_approved', TASK) ?? null,
  );
  expect(approved.details).toMatchObject({
    by: 'carol',
    assurance: 'V2',
    reason: 'called the owner by phone',
  });
});

test('A04: whoever asked for the run does not approve it at the gateway either', async () => {
  const [scene, gateway] = await open({ riley: 'r-1' });
  const run = await scene.start({ options: { requested_by: RILEY } });
  await run.opens(TASK, 'approval');
  await decideAs(gateway, run, 'r-1', RILEY);
  await eventually('riley is refused', () => (refusals(run)[0] === 'requester' ? true : null));
});

test('A05, A06: a voucher that was seen is no good for another run, and no good twice', async () => {
  const [scene, gateway] = await open({ carol: 'c-1' });
  const run = await scene.start();
  await run.opens(TASK, 'approval');
  await decideAs(gateway, run, 'c-1', 'carol@corp.example');
  await eventually('carol counts', () => entryOf(run.record(), 'task_approved', TASK) ?? null);
  const { events } = await run.handle.fetchHistory();
  const [payload] = (events ?? []).flatMap(
    (event) => event.workflowExecutionSignaledEventAttributes?.input?.payloads ?? [],
  );
  const seen = JSON.parse(Buffer.from(payload?.data ?? '').toString()) as object;

  const other = await scene.start({ caseId: `${scene.config.taskQueue}-2` });
  const { card } = await other.waitsFor(TASK, 'approval');
  await other.handle.signal('approve', { ...seen, digest: card.digest });
  await eventually('it is refused', () => (refusals(other)[0] === 'voucher_other_card' ? true : null));
  await run.handle.signal('approve', seen);
  await eventually('it was done', () => entryOf(run.record(), 'connector_called', TASK) ?? null);
  const removed = scene.google.effects().filter(({ what }) => what.startsWith('filter'));
  expect(new Set(removed.map(({ what }) => what)).size).toBe(removed.length);
  expect(removed).not.toHaveLength(0);
  expect(run.record().filter(({ event }) => event === 'task_approved')).toHaveLength(1);
});
