/** A call ends when the engine says so, and tells the engine that it lives. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openScene, VICTIM, type Scene } from './google-workspace-world.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await openScene();
});
afterEach(() => scene.simulator.close());

function hang(match: { readonly method: string; readonly path?: string }): void {
  scene.simulator.fault({ match, kind: 'hang', times: 1 });
}

test('cancelling ends a request that hangs', async () => {
  hang({ method: 'PUT' });
  const controller = new AbortController();
  const answer = await scene.perform(
    'RotatePassword',
    { user_email: VICTIM },
    {
      signal: controller.signal,
      keepSecret(name, make) {
        // The password is the last thing made before the request that hangs.
        setTimeout(() => controller.abort(), 200);
        return scene.call.keepSecret(name, make);
      },
    },
  );
  expect(answer).toMatchObject({ kind: 'unknown', fault: { code: 'google_timeout' } });
});

test('cancelling also ends the wait for a token', async () => {
  hang({ method: 'POST', path: '/token' });
  const signal = AbortSignal.timeout(200);
  const answer = await scene.perform('RotatePassword', { user_email: VICTIM }, { signal });
  expect(answer).toMatchObject({ kind: 'try_again', fault: { code: 'google_timeout' } });
});

test('cancelling before anything was sent sends nothing', async () => {
  const answer = await scene.perform(
    'RotatePassword',
    { user_email: VICTIM },
    { signal: AbortSignal.abort() },
  );
  expect(answer).toMatchObject({ kind: 'try_again', fault: { code: 'google_not_sent' } });
  expect(scene.simulator.effects()).toEqual([]);
});

test('a long call tells the engine after every request that it is alive', async () => {
  let beats = 0;
  await scene.perform(
    'EvidenceSnapshot',
    { user_email: VICTIM, case_id: 'c' },
    { heartbeat: () => void (beats += 1) },
  );
  expect(beats).toBeGreaterThan(10);
});
