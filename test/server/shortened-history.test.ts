/** A history that a server's administrator shortened, and a log that was made to fit: the seal of before remembers both. */
import { expect, test } from '@jest/globals';
import { parseLog, remove, rewriteLog } from '../reconcile/tampering.ts';
import type { Scene } from './scene.ts';
import { setStage } from './stage.ts';
import { retried } from './stories.ts';
import { linesOf, logOver, seal, verify } from './witnesses.ts';

const stage = setStage();

/** As whoever administrates the server could serve it: without some of its events. */
function serving(scene: Scene, isKept: (eventId: number) => boolean): Scene {
  const { client } = scene;
  const service = client.workflowService;
  const workflowService = new Proxy(service, {
    get: (target, name) =>
      name === 'getWorkflowExecutionHistory'
        ? async (request: Parameters<typeof service.getWorkflowExecutionHistory>[0]) => {
            const page = await service.getWorkflowExecutionHistory(request);
            const events = page.history?.events?.filter(({ eventId }) => isKept(Number(eventId))) ?? [];
            return { history: { events }, nextPageToken: page.nextPageToken };
          }
        : Reflect.get(target, name, target),
  });
  const forged = new Proxy(client, {
    get: (target, name) => (name === 'workflowService' ? workflowService : Reflect.get(target, name, target)),
  });
  return { ...scene, client: forged };
}

test('T34: a call taken out of both, every hash computed anew, disagrees with the seal of before', async () => {
  const scene = await stage.open();
  const run = await retried(scene);
  expect(await seal(scene)).toMatchObject({ sealed: 1, findings: [], failed: [], done: true });
  const { events = [] } = await run.handle.fetchHistory();
  const scheduled = Number(events?.find((event) => event.activityTaskScheduledEventAttributes)?.eventId);
  const its = new Set(
    (events ?? []).flatMap((event) => {
      const { activityTaskStartedEventAttributes: begun, activityTaskCompletedEventAttributes: done } = event;
      const of = begun?.scheduledEventId ?? done?.scheduledEventId ?? event.eventId;
      return Number(of) === scheduled ? [Number(event.eventId)] : [];
    }),
  );
  expect(its.size).toBe(3);
  const lines = await linesOf(scene);
  const calls = parseLog(lines).filter(({ body }) => body.event.startsWith('connector_'));
  const taken = calls.filter(({ body }) => body.task === calls[0]?.body.task).map(({ i }) => i);
  expect(taken.length).toBeGreaterThanOrEqual(2);

  // Control: as it is served by an honest server both agree.
  expect((await verify(scene)).agrees).toBe(true);
  const shortened = serving(scene, (eventId) => !its.has(eventId));
  const { agrees, findings } = await verify(shortened, logOver(rewriteLog(lines, remove(...taken))));
  expect(agrees).toBe(false);
  expect(findings).toContainEqual(
    expect.objectContaining({ kind: 'seal_disagrees', execution: run.chain, trouble: true }),
  );
}, 300_000);
