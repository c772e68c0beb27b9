/** Secrets pass through the connector and are left nowhere: not in answers, errors or the simulator's log. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Answer } from '../../activities/connectors/connector.ts';
import type { FaultKind } from '../../simulators/simulator.ts';
import type { JsonObject } from '../../workflows/language/json.ts';
import { KEY_REFERENCE, openScene, VICTIM, type Scene } from './google-workspace-world.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await openScene();
  scene.simulator.seedAttacker(VICTIM);
});
afterEach(() => scene.simulator.close());

const rotate = (): Promise<Answer<JsonObject>> => scene.perform('RotatePassword', { user_email: VICTIM });
function strike(kind: FaultKind, more: JsonObject = {}): void {
  scene.simulator.fault({ match: { method: 'PUT' }, kind, times: 1, ...more });
}

const canary = 'CANARY-p4ssword-value';
const everything = async (): Promise<string> => {
  const texts: unknown[] = [await rotate()];
  scene.secrets.set('secret://vault/new', canary);
  const given = { user_email: VICTIM, new_password_enc: 'secret://vault/new' };
  for (const kind of ['reset_after', 'reset_before', 'expired_token'] as const) {
    strike(kind);
    strike(kind);
    texts.push(await scene.perform('RotatePassword', given));
  }
  strike('body', { body: canary });
  texts.push(await scene.perform('RotatePassword', given));
  strike('status', { status: 400, reason: canary });
  texts.push(await scene.perform('RotatePassword', given), scene.simulator.effects());
  return JSON.stringify(texts);
};

test('secrets are in no answer, no error and no log, whatever goes wrong', async () => {
  const text = await everything();
  const values = [...scene.secrets.values()];
  expect(values).toContain(canary);
  expect(values.filter((value) => text.includes(value))).toEqual([]);
  expect(text).not.toContain('ya29.');
  expect(text).not.toContain('PRIVATE KEY');
  expect(text).not.toContain('eyJ');
});

test('secrets that cannot be read stop the call before anything is sent, without quoting the vault', async () => {
  scene.secrets.delete(KEY_REFERENCE);
  scene.secrets.set('secret://vault/other', canary);
  const answer = await rotate();
  expect(answer).toMatchObject({ kind: 'try_again', fault: { code: 'google_key_unavailable' } });
  expect(JSON.stringify(answer)).not.toContain(canary);
});

test('secrets that are no key, or no password Google takes, are refused without being quoted', async () => {
  scene.secrets.set('secret://vault/new', 'short');
  const input = { user_email: VICTIM, new_password_enc: 'secret://vault/new' };
  const unusable = await scene.perform('RotatePassword', input);
  expect(unusable).toMatchObject({ kind: 'refused', fault: { code: 'google_password_unusable' } });
  scene.secrets.set(
    KEY_REFERENCE,
    JSON.stringify({ type: 'service_account', client_email: 'a@b', private_key: canary }),
  );
  const answer = await rotate();
  expect(answer).toMatchObject({ kind: 'refused', fault: { code: 'google_key_unreadable' } });
  expect(JSON.stringify([unusable, answer])).not.toContain(canary);
  expect(scene.simulator.effects()).toEqual([]);
});
