/**
 * What every action that changes a device over SSH keeps to, whichever device it is. One body for all of them; a
 * scene says what to do and where to look.
 */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Connector } from '../../../activities/connectors/connector.ts';
import type { SshTarget } from '../../../activities/connectors/ssh/target.ts';
import type { SimulatedDevice } from '../../../simulators/device/server.ts';
import type { JsonObject } from '../../../workflows/language/json.ts';
import { callWith, createVault, describeUndo, doneOf, perform, undo, type Vault } from './world.ts';

export interface Scene {
  readonly device: SimulatedDevice;
  /** The connector with the device reached in this way. */
  connect(over?: Partial<SshTarget>): Connector;
  /** What the device has become, as a test sees it from outside. */
  state(): unknown;
  /** Somebody else changes the very thing the action is about. Null: it has two values only. */
  readonly meddle: (() => void) | null;
}

export interface Subject {
  readonly type: string;
  readonly input: JsonObject;
  readonly output: JsonObject;
  /** The output where all is so already. */
  readonly already: JsonObject;
  /** Something that is not there: the input that names it, and the code. Null: nothing has to be there. */
  readonly missing: readonly [input: JsonObject, code: string] | null;
  /** Text in the line that makes the change. */
  readonly change: string;
  readonly undoSays: string;
  open(vault: Vault): Promise<Scene>;
}

export function changesOverSsh(name: string, subject: Subject): void {
  const { type, input } = subject;
  describe(name, () => {
    let vault: Vault;
    let scene: Scene;
    beforeEach(async () => {
      vault = createVault();
      scene = await subject.open(vault);
    });
    afterEach(async () => {
      await scene.device.close();
    });
    const effects = (): number => scene.device.effects().length;

    test('makes the change and says what it found', async () => {
      const before = scene.state();
      const { output } = doneOf(await perform(scene.connect(), type, input, callWith(vault)));
      expect(output).toEqual(subject.output);
      expect(scene.state()).not.toEqual(before);
    });

    test('repeated under the same key it has one effect, and the same answer', async () => {
      const first = await perform(scene.connect(), type, input, callWith(vault));
      const made = effects();
      const second = await perform(scene.connect(), type, input, callWith(vault, { attempt: 2 }));
      expect(second).toEqual(first);
      expect(effects()).toBe(made);
    });

    test('what is so already is left alone, and there is nothing to take back', async () => {
      doneOf(await perform(scene.connect(), type, input, callWith(vault)));
      const made = effects();
      const other = callWith(vault, { key: 'f'.repeat(64) });
      const answer = await perform(scene.connect(), type, input, other);
      expect(answer).toEqual({ kind: 'done', output: subject.already });
      expect(effects()).toBe(made);
    });

    test('is taken back exactly, and taking it back twice does no more', async () => {
      const before = scene.state();
      const { undo: saved } = doneOf(await perform(scene.connect(), type, input, callWith(vault)));
      expect(describeUndo(scene.connect(), type, saved)).toContain(subject.undoSays);
      const first = await undo(scene.connect(), type, saved, callWith(vault));
      expect(first).toMatchObject({ kind: 'done', output: { changed: true } });
      expect(scene.state()).toEqual(before);
      const made = effects();
      const again = await undo(scene.connect(), type, saved, callWith(vault, { key: 'e'.repeat(64) }));
      expect(again).toMatchObject({ kind: 'done', output: { changed: false } });
      expect(effects()).toBe(made);
    });

    test('is not taken back over what somebody else has done since', async () => {
      const { undo: saved } = doneOf(await perform(scene.connect(), type, input, callWith(vault)));
      if (scene.meddle === null) return;
      scene.meddle();
      const theirs = scene.state();
      const answer = await undo(scene.connect(), type, saved, callWith(vault));
      expect(answer).toMatchObject({ kind: 'refused', fault: { code: 'state_moved' } });
      expect(scene.state()).toEqual(theirs);
    });

    test('an undo that was cut off is finished by its repeat, unless somebody else has been there since', async () => {
      const before = scene.state();
      const { undo: saved } = doneOf(await perform(scene.connect(), type, input, callWith(vault)));
      const cutOff = async (): Promise<void> => {
        scene.device.fault({ kind: 'cut_after', match: '/notes/$2.new', times: 1 });
        expect((await undo(scene.connect(), type, saved, callWith(vault))).kind).toBe('try_again');
      };
      await cutOff();
      if (scene.meddle !== null) {
        const ours = callWith(vault, { attempt: 2 });
        scene.meddle();
        const theirs = scene.state();
        const answer = await undo(scene.connect(), type, saved, ours);
        expect(answer).toMatchObject({ kind: 'refused', fault: { code: 'state_moved' } });
        expect(scene.state()).toEqual(theirs);
        return;
      }
      const again = await undo(scene.connect(), type, saved, callWith(vault, { attempt: 2 }));
      expect(again).toMatchObject({ kind: 'done', output: { changed: true } });
      expect(scene.state()).toEqual(before);
    });

    test('a wrong credential is refused, and nothing is changed', async () => {
      const reference = vault.keep('canary-wrong-password');
      const connector = scene.connect({ credential: { kind: 'password', reference } });
      const answer = await perform(connector, type, input, callWith(vault));
      expect(answer).toMatchObject({ kind: 'refused', fault: { code: 'ssh_authentication' } });
      expect(JSON.stringify(answer)).not.toContain('canary');
      expect(effects()).toBe(0);
    });

    test('N08: a device with another host key is refused before it is told anything', async () => {
      const connector = scene.connect({ hostKey: `SHA256:${'A'.repeat(43)}` });
      const answer = await perform(connector, type, input, callWith(vault));
      expect(answer).toMatchObject({ kind: 'refused', fault: { code: 'ssh_host_key' } });
      expect(scene.device.lines()).toEqual([]);
    });

    test('what is not there is refused', async () => {
      if (subject.missing === null) return;
      const [wrong, code] = subject.missing;
      const answer = await perform(scene.connect(), type, wrong, callWith(vault));
      expect(answer).toMatchObject({ kind: 'refused', fault: { code } });
      expect(effects()).toBe(0);
    });

    test('a connection lost before the first change can be tried again', async () => {
      scene.device.fault({ kind: 'cut_before', match: '', times: 1 });
      const answer = await perform(scene.connect(), type, input, callWith(vault));
      expect(answer).toMatchObject({ kind: 'try_again', because: 'unavailable' });
      expect(effects()).toBe(0);
    });

    test('N08: a connection lost after the effect never counts as nothing done, and a repeat finds it done', async () => {
      const before = scene.state();
      scene.device.fault({ kind: 'cut_after', match: subject.change, times: 1 });
      const answer = await perform(scene.connect(), type, input, callWith(vault));
      // With a timer on the device, waiting for it turns an open fate into "nothing is changed", which must be true.
      if (answer.kind === 'refused') {
        expect(answer.fault.code).toBe('device_reverted');
        expect(scene.state()).toEqual(before);
      } else expect(['unknown', 'done']).toContain(answer.kind);
      const again = await perform(scene.connect(), type, input, callWith(vault, { attempt: 2 }));
      expect(again).toMatchObject({ kind: 'done', output: subject.output });
      const { undo: saved } = doneOf(again);
      expect(describeUndo(scene.connect(), type, saved)).toContain(subject.undoSays);
      // It waits for the device's own timer.
    }, 20_000);

    test('cancellation before anything was sent says so; afterwards the fate is open', async () => {
      const early = AbortSignal.abort();
      const first = await perform(scene.connect(), type, input, callWith(vault, { signal: early }));
      expect(first).toMatchObject({ kind: 'try_again' });
      expect(effects()).toBe(0);
      const late = new AbortController();
      scene.device.fault({ kind: 'hang', match: subject.change, times: 1 });
      const seen = setInterval(() => {
        if (scene.device.lines().some((line) => line.includes(subject.change))) late.abort();
      }, 20);
      const second = await perform(scene.connect(), type, input, callWith(vault, { signal: late.signal }));
      clearInterval(seen);
      expect(second.kind).toBe('unknown');
    });
  });
}
