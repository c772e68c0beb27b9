/**
 * What every action keeps to when the worker that performs it is killed in the middle of the call, by SIGKILL and in a
 * process of its own: the next worker finds the claim, and there is one effect in the world and a true word about it.
 */
import { expect } from '@jest/globals';
import { UNDO } from '../../../activities/catalogue/undo.ts';
import { verifyEvidence } from '../../../activities/evidence/verify.ts';
import { claimKey } from '../../../activities/keys.ts';
import { performanceIn } from '../../../activities/undo/performance.ts';
import type { PlannedTask } from '../../../workflows/language/plan.ts';
import type { Result } from '../../../workflows/ports.ts';
import { verifyFile } from '../../audit/verified.ts';
import type { Law } from '../../contracts/law.ts';
import { entriesOf, eventsOf } from '../../server/record.ts';
import type { Action } from './action.ts';
import { openLife, takeUp, type Life, type Order } from './life.ts';
import { begin, orderOf, plannedFor, runOf, TASK, undoOrder } from './orders.ts';
import { settle, type Home, type Moment, type Place } from './place.ts';
import type { Workers } from './workers.ts';

export const LAWS = {
  request: 'killed with its request on the way: what is said of it in the end is so',
  answer: 'killed with the answer on its way back: there stays one effect, and what is said of it is so',
  undo: 'killed while the effect is taken back: the next one finishes that, and all is as before',
  question: 'killed before it was told how things stand: the next one asks again',
  again: 'taken back, it is done anew by another run of the case, and taken back anew',
  record: 'killed between the effect and its record: the next one says the same',
} as const;

interface Scene<P extends Place> {
  readonly action: Action<P>;
  readonly place: P;
  readonly home: Home;
  readonly life: Life;
  readonly workers: Workers;
  readonly planned: PlannedTask;
  readonly order: Order;
}

/** `undoable`: whether its connector takes it back. */
export function killedLaws<P extends Place>(
  action: Action<P>,
  workers: Workers,
  undoable: boolean,
): readonly Law<P>[] {
  const law = (says: string, body: (scene: Scene<P>) => Promise<void>): Law<P> => ({
    says,
    holds: (open) => inScene(open, action, workers, body),
  });
  if (action.local === true) return [law(LAWS.record, throughDeath('record'))];
  if (action.effects === 0) return [law(LAWS.question, throughDeath('question'))];
  return [
    law(LAWS.request, throughDeath('request')),
    law(LAWS.answer, throughDeath('answer')),
    ...(undoable ? [law(LAWS.undo, throughDeathOfUndo), law(LAWS.again, anew)] : []),
  ];
}

async function inScene<P extends Place>(
  open: () => P | Promise<P>,
  action: Action<P>,
  workers: Workers,
  body: (scene: Scene<P>) => Promise<void>,
): Promise<void> {
  const place = await open();
  const home = settle(place);
  const life = await openLife(home.config);
  try {
    const planned = plannedFor(life.world, action);
    const run = await runOf(life.world, planned);
    const order = orderOf(life.world, run, planned, await action.input(place));
    await body({ action, place, home, life, workers, planned, order });
    expect(await verifyFile(home.config.state)).toMatchObject({ verified: true });
    expect(await verifyEvidence(life.evidence, null)).toMatchObject({ verified: true });
  } finally {
    await life.close();
    await place.close();
    home.remove();
  }
}

const PATIENCE_MS = 30_000;

/** Gives how many changes the dead one made. */
async function killMidCall<P extends Place>(
  { place, life, home, workers, action }: Scene<P>,
  order: Order,
  moment: Moment,
): Promise<number> {
  const made = place.effects();
  const held = moment === 'record' ? new Promise<never>(() => undefined) : place.hold(moment, action);
  const victim = await workers.send({ config: home.config, order, mute: moment === 'record' });
  const late = new Promise<string>((resolve) => {
    setTimeout(() => resolve('nothing'), PATIENCE_MS).unref();
  });
  const said = await Promise.race([held.then(() => 'held'), victim.says, late]);
  await victim.kill();
  expect(said).toBe(moment === 'record' ? 'acted' : 'held');
  place.letGo();
  const claim = await life.world.ledger.lookup(claimKey(order.call.question, order.run));
  expect(claim?.state).toBe('calling');
  return place.effects() - made;
}

function throughDeath(moment: Moment) {
  return async <P extends Place>(scene: Scene<P>): Promise<void> => {
    const { action, place, life, order } = scene;
    const before = place.state();
    const byTheDead = await killMidCall(scene, order, moment);
    expect(byTheDead > 0).toBe(moment === 'answer' || (moment === 'record' && action.effects > 0));
    const world = action.next?.(life.world) ?? life.world;
    const result = await takeUp({ world }, order);
    if (order.call.question.repeat === 'none') return expectOpen(scene, result, byTheDead);
    await expectOnce(scene, result, moment);
    if (order.call.question.reversibility === 'none' || moment === 'request') return;
    const way = performanceIn(world.connectors.get(action.connector), action.type)?.undo;
    if (way === undefined) return;
    expect(await takeUp(life, await undoOrder(life, order))).toMatchObject({ kind: 'done' });
    expect(place.state()).toEqual(before);
  };
}

/** Nobody knows, nobody repeats it, and a person is told so. */
async function expectOpen<P extends Place>(
  { place, life, order }: Scene<P>,
  result: Result,
  byTheDead: number,
): Promise<void> {
  expect(result).toMatchObject({ kind: 'indeterminate', attempts: 1 });
  expect(place.effects()).toBe(byTheDead);
  const claim = await life.world.ledger.lookup(claimKey(order.call.question, order.run));
  expect(claim?.state).toBe('indeterminate');
  expect((await takeUp(life, order)).kind).toBe('indeterminate');
  expect(place.effects()).toBe(byTheDead);
}

async function expectOnce<P extends Place>(
  { action, place, life, order, home }: Scene<P>,
  result: Result,
  moment: Moment,
): Promise<void> {
  expect(['done', 'action_required']).toContain(result.kind);
  const { effects, effectsOfRepeat = effects } = action;
  const all = moment === 'answer' ? effectsOfRepeat : effects;
  expect(place.effects()).toBe(all);
  await action.sound?.(place, result, life.world);
  const events = eventsOf(entriesOf(home.config.state, order.run.chain), TASK);
  expect(events.filter((event) => event === 'connector_intent').length).toBeGreaterThan(1);
  expect(events.at(-1)).toBe('connector_called');
  if (action.anew === true) return;
  // Another run finds nothing left to do: what was said to be done is so.
  const other = { ...order, run: { ...order.run, workflowId: 'other', chain: 'other' } };
  expect((await takeUp(life, other)).kind).toBe(result.kind);
  expect(place.effects()).toBe(all);
}

async function throughDeathOfUndo<P extends Place>(scene: Scene<P>): Promise<void> {
  const { action, place, life, order } = scene;
  const before = place.state();
  expect(await takeUp(life, order)).toMatchObject({ kind: 'done' });
  expect(place.state()).not.toEqual(before);
  const undo = await undoOrder(life, order);
  expect(undo.call.question.type).toBe(UNDO);
  await killMidCall(scene, undo, 'answer');
  const world = action.next?.(life.world) ?? life.world;
  expect(await takeUp({ world }, undo)).toMatchObject({ kind: 'done' });
  expect(place.state()).toEqual(before);
  await expect(undoOrder(life, order)).rejects.toThrow('nothing_to_undo');
}

/** The key of what was taken back is free: the same call is another one, whatever the first has left behind. */
async function anew<P extends Place>(scene: Scene<P>): Promise<void> {
  const { action, place, life, order, planned } = scene;
  for (const chain of ['first', 'second']) {
    const before = place.state();
    const run = { ...order.run, workflowId: chain, chain };
    await begin(life.world, run);
    const key = { key: TASK, scope: 'case' } as const;
    const made = orderOf(life.world, run, planned, await action.input(place), key);
    expect(await takeUp(life, made)).toMatchObject({ kind: 'done' });
    expect(place.state()).not.toEqual(before);
    expect(await takeUp(life, await undoOrder(life, made))).toMatchObject({ kind: 'done' });
    expect(place.state()).toEqual(before);
    action.meanwhile?.(place);
  }
}
