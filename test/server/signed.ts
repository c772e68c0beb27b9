/** Two persons with keys around a run: what the demo's people do, for tests of a whole site. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { policiesFor } from '../../client/demo/policies.ts';
import type { ScenarioName } from '../../client/demo/scenario.ts';
import { APPROVERS, cast, PEOPLE, signedVote, type Decision } from '../../client/demo/voting.ts';
import { siteOf } from '../../client/playground/playground.ts';
import { openLocalEvidence } from '../../activities/evidence/local.ts';
import type { Site } from '../../simulators/device/site.ts';
import type { JsonObject } from '../../workflows/language/json.ts';
import { startUndo } from '../../client/undo/undo.ts';
import type { RunReport } from '../../workflows/walk/report.ts';
import { RILEY, type Run, type Scene, type SceneInput } from './scene.ts';
import type { Stage } from './stage.ts';

export const [FIRST, SECOND] = APPROVERS;

export interface SiteScene extends Scene {
  readonly site: Site;
}

/** In production, with the policies of the demo and its people. */
export async function openGuardedScene(
  stage: Stage,
  scenario: ScenarioName,
  more: Partial<SceneInput> = {},
): Promise<Scene> {
  const own = mkdtempSync(join(tmpdir(), 'cordon-policies-'));
  try {
    const policies = policiesFor(scenario, own);
    return await stage.open({ mode: 'production', people: PEOPLE, policies, ...more });
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}

/** With simulated devices, each of which answers for itself. */
export async function openSiteScene(stage: Stage, scenario: ScenarioName): Promise<SiteScene> {
  const scene = await openGuardedScene(stage, scenario, { withSite: true });
  return { ...scene, site: siteOf(scene) };
}

/** Each of them signs the card that is open, with their own key. */
export async function sign(
  scene: Scene,
  run: Run,
  task: string,
  persons: readonly string[],
  decision: Decision = 'approve',
): Promise<void> {
  const { card } = await run.waitsFor(task, 'approval');
  for (const by of persons) await cast(scene, run.id, decision, signedVote(scene, by, task, card, decision));
}

export async function evidenceText(scene: Scene, sha256: unknown): Promise<string> {
  const store = await openLocalEvidence(scene.config.evidence);
  return Buffer.from((await store.get(String(sha256))) ?? []).toString('utf8');
}

/** As `cordon undo` has it: each of these tasks is signed as it comes up. Returns the report of the undo. */
export async function takenBack(scene: Scene, run: Run, tasks: readonly string[]): Promise<RunReport> {
  const order = { client: scene.client, taskQueue: scene.config.taskQueue, workflowId: run.id };
  const started = await startUndo({ ...order, options: { requested_by: RILEY } });
  if (started.kind === 'running') throw new Error('another undo is under way');
  const undoing = scene.run(started.workflowId, started.runId);
  await Promise.all(tasks.map((task) => sign(scene, undoing, task, [FIRST])));
  return undoing.result();
}

/** A text that a task put out; a test that needs it has no use for anything else. */
export function textOf(output: JsonObject | null | undefined, field: string): string {
  const value = output?.[field];
  if (typeof value !== 'string') throw new Error(`${field} is no text`);
  return value;
}

/** What each question was answered with. */
export function answers(
  facts: readonly { readonly asked: string; readonly answer: string }[],
): readonly string[] {
  return facts.map(({ asked, answer }) => `${asked}: ${answer}`);
}
