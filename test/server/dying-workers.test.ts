/**
 * T17. Workers die between a commit and the word of it, one after the other, and leave their runs to the next. Then
 * every entry of the log has its receipt in history, or its reason not to; and every run has come to its end.
 */
import { afterEach, expect, test } from '@jest/globals';
import { verifyFile } from '../audit/verified.ts';
import { workflowIdFor } from '../../client/runs/names.ts';
import { LAST_COMMITS } from './mortal.ts';
import { killWorkers, startDyingWorkers } from './other-process.ts';
import { ownActs } from './record.ts';
import { ALICE, RILEY, type Run, type Scene } from './scene.ts';
import { setStage } from './stage.ts';
import { verify } from './witnesses.ts';

const stage = setStage();
afterEach(killWorkers);

const LONG = process.env['CORDON_LONG'] === '1';
/** By SIGKILL, and by a cut of their line to the server. */
const KILLED = LONG ? 100 : 2;
const CUT_OFF = LONG ? 100 : 18;
const DEATHS = KILLED + CUT_OFF;
const LONGEST_MS = 30 * 60_000;

async function begin({ client, config, run }: Scene, n: number): Promise<Run> {
  const caseId = `${config.taskQueue}-${n}`;
  const handle = await client.workflow.start('watch_v1', {
    taskQueue: config.taskQueue,
    workflowId: workflowIdFor('watch_v1', caseId),
    // A step that is lost is given up soon, instead of after ten seconds.
    workflowTaskTimeout: '1 second',
    args: [{ case_id: caseId, context: { target_email: ALICE }, options: { requested_by: RILEY } }],
  });
  return run(handle.workflowId, handle.firstExecutionRunId);
}

/** One after the other: a worker that is alone comes to every kind of commit with the run that is new. */
async function dieAgainAndAgain(scene: Scene): Promise<readonly Run[]> {
  const start = () => startDyingWorkers(scene, stage.server().address, stage.bundle());
  const runs: Run[] = [];
  const cut = await start();
  for (let death = 0; death < DEATHS; death += 1) {
    const last = LAST_COMMITS[death % LAST_COMMITS.length] ?? 'append';
    runs.push(await begin(scene, death));
    if (death < CUT_OFF) await cut.cutOffAfter(last);
    else await (await start()).killedAfter(last);
  }
  await killWorkers();
  await scene.startWorker();
  for (const run of runs) expect(await run.result()).toMatchObject({ counts: { completed: 2, expired: 1 } });
  return runs;
}

const NAME = `T17: ${DEATHS} workers that die between commit and word leave record and history in agreement`;
test(
  NAME,
  async () => {
    const scene = await stage.open({ workerless: true });
    scene.google.seedAttacker(ALICE);
    const runs = await dieAgainAndAgain(scene);
    const entries = runs.reduce((sum, run) => sum + run.record().length, 0);
    const { findings, confirmed, explained } = await verify(scene);
    expect(findings).toEqual([]);
    const { step_again = 0, step_dropped = 0, earlier_attempt = 0, ...others } = explained;
    expect(others).toEqual({});
    expect(confirmed + step_again + step_dropped + earlier_attempt).toBe(entries);
    // The deaths did hit: without them there would be nothing to explain.
    expect(earlier_attempt).toBeGreaterThan(0);
    const own = ownActs(scene.config.state);
    expect(await verifyFile(scene.config.state)).toMatchObject({ verified: true, entries: entries + own });
  },
  LONGEST_MS,
);
