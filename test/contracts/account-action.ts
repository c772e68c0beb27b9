/** What every action on an account keeps to, at whichever provider: one effect, told truly, and taken back exactly once. */
import { describe, expect, test } from '@jest/globals';
import type { Answer, CallContext, Performance, Undone } from '../../activities/connectors/connector.ts';
import type { Effect, Fault } from '../../simulators/simulator.ts';
import type { JsonObject } from '../../workflows/language/json.ts';

/** One provider with an intruder's marks in the account, and a connector that leads there. */
export interface AccountWorld {
  readonly performs: { readonly [type: string]: Performance };
  call(over?: Partial<CallContext>): CallContext;
  perform(type: string, input: JsonObject, call?: CallContext): Promise<Answer<JsonObject>>;
  fault(fault: Fault): void;
  effects(): readonly Effect[];
  /** What a person would compare before and after. Ids that the provider gives anew are left out. */
  state(): JsonObject;
  /** Every secret that exists in this world, those made since included. */
  secrets(): readonly string[];
  /** The credentials are no good any more. */
  spoilCredentials(): void;
  close(): Promise<void>;
}

export interface AccountAction {
  readonly type: string;
  readonly account: 'user_email' | 'user_id';
  /** Further inputs, from how things stand. */
  readonly input?: (world: AccountWorld) => JsonObject | Promise<JsonObject>;
  /** The request that has the effect, and how many effects one call has. */
  readonly write: { readonly method: string; readonly path: string };
  readonly effects: number;
  readonly undo: 'A' | 'B' | null;
  /** Somebody else brings it into a third state, where there is one. */
  readonly moved?: (opened: AccountWorld) => void;
  /** The request by which undo has its effect. */
  readonly back?: { readonly method: string; readonly path: string };
  /** Another call does it anew, whatever there is. */
  readonly anew?: true;
  /** Cannot be read back. Otherwise a provider that takes the request without doing it is found out. */
  readonly unread?: true;
}

const LATER = { key: 'another call of another run' };
const AGAIN = { attempt: 2 };

export function accountActionContract(
  provider: string,
  account: string,
  nobody: string,
  open: () => Promise<AccountWorld>,
  actions: readonly AccountAction[],
): void {
  describe.each(actions.map((action) => ({ ...action, name: action.type })))(
    `${provider}: $name`,
    (action) => {
      const { type, write } = action;

      /** Ends every scene with a look at all that was said and written down: no secret is in it. */
      async function scene(
        body: (world: AccountWorld, input: JsonObject, opened: AccountWorld) => Promise<void>,
      ): Promise<void> {
        const opened = await open();
        const said: unknown[] = [];
        const hear = async (answer: Promise<Answer<JsonObject>>): Promise<Answer<JsonObject>> => {
          said.push(await answer);
          return answer;
        };
        const world: AccountWorld = { ...opened, perform: (...asked) => hear(opened.perform(...asked)) };
        try {
          const more = (await action.input?.(opened)) ?? {};
          await body(world, { [action.account]: account, ...more }, opened);
          const text = JSON.stringify([said, opened.effects(), opened.state()]);
          expect(opened.secrets().filter((secret) => text.includes(secret))).toEqual([]);
          expect(text).not.toMatch(/ya29\.|sim\.[\w-]{20}|Bearer|PRIVATE KEY/);
        } finally {
          await opened.close();
        }
      }
      const strike = (world: AccountWorld, at: typeof write, fault: Omit<Fault, 'match' | 'times'>): void =>
        world.fault({ match: at, times: 1, ...fault });
      const undo = async (
        world: AccountWorld,
        answer: Answer<JsonObject>,
        over = {},
      ): Promise<Answer<Undone>> => {
        const way = world.performs[type]?.undo;
        if (way === undefined || answer.kind !== 'done' || answer.undo === undefined)
          throw new Error(`no undo: ${JSON.stringify(answer)}`);
        return way.perform(answer.undo, world.call({ key: `undo of ${type}`, ...over }));
      };

      test('is done once; a repeat of the call changes nothing more and can take back as much', () =>
        scene(async (world, input) => {
          const first = await world.perform(type, input);
          expect(first.kind).toBe('done');
          expect(world.effects()).toHaveLength(action.effects);
          const again = await world.perform(type, input, world.call(AGAIN));
          expect(world.effects()).toHaveLength(action.effects);
          if (first.kind !== 'done' || again.kind !== 'done') throw new Error(JSON.stringify([first, again]));
          expect(again.undo).toEqual(first.undo);
          expect(first.undo === undefined).toBe(action.undo === null);
        }));

      if (action.anew !== true)
        test('another call finds it done, changes nothing and has nothing to take back', () =>
          scene(async (world, input) => {
            await world.perform(type, input);
            const other = await world.perform(type, input, world.call(LATER));
            expect(other.kind).toBe('done');
            expect(other).not.toHaveProperty('undo');
            expect(world.effects()).toHaveLength(action.effects);
          }));

      test('with wrong credentials nothing is changed', () =>
        scene(async (world, input) => {
          world.spoilCredentials();
          expect((await world.perform(type, input)).kind).toBe('refused');
          expect(world.effects()).toEqual([]);
        }));

      test('an account that is not there is refused', () =>
        scene(async (world, input) => {
          expect((await world.perform(type, { ...input, [action.account]: nobody })).kind).toBe('refused');
          expect(world.effects()).toEqual([]);
        }));

      test('a provider that is asked too often is left alone as long as it says, or for a while', () =>
        scene(async (world, input) => {
          strike(world, write, { kind: 'status', status: 429, retryAfter: '7' });
          const told = await world.perform(type, input);
          expect(told).toMatchObject({ kind: 'try_again', because: 'rate_limited', afterMs: 7000 });
          strike(world, write, { kind: 'status', status: 429 });
          const untold = await world.perform(type, input, world.call(AGAIN));
          expect(untold).toMatchObject({ kind: 'try_again', because: 'rate_limited' });
          expect(untold).not.toHaveProperty('afterMs');
          expect(world.effects()).toEqual([]);
        }));

      test('a server error leaves the fate open; the repeat does it, once', () =>
        scene(async (world, input) => {
          strike(world, write, { kind: 'status', status: 502 });
          expect((await world.perform(type, input)).kind).toBe('unknown');
          expect(world.effects()).toEqual([]);
          expect((await world.perform(type, input, world.call(AGAIN))).kind).toBe('done');
          expect(world.effects()).toHaveLength(action.effects);
        }));

      test('a call that is called off while the change hangs has an open fate', () =>
        scene(async (world, input) => {
          strike(world, write, { kind: 'hang' });
          const signal = AbortSignal.timeout(400);
          expect((await world.perform(type, input, world.call({ signal }))).kind).toBe('unknown');
          expect(world.effects()).toEqual([]);
        }));

      test('cut off after the effect, the repeat finds it made, and still knows what there was before', () =>
        scene(async (world, input) => {
          const before = world.state();
          strike(world, write, { kind: 'reset_after' });
          expect((await world.perform(type, input)).kind).toBe('unknown');
          const again = await world.perform(type, input, world.call(AGAIN));
          expect(again.kind).toBe('done');
          if (action.undo === null) return expect(again).not.toHaveProperty('undo');
          expect(await undo(world, again)).toMatchObject({ kind: 'done', output: { changed: true } });
          expect(world.state()).toEqual(before);
        }));

      if (action.unread !== true)
        test('a provider that says yes and does nothing is not believed', () =>
          scene(async (world, input) => {
            world.fault({ match: write, times: 9, kind: 'body', body: '{}' });
            expect((await world.perform(type, input)).kind).toBe('unknown');
            expect(world.effects()).toEqual([]);
          }));

      if (action.undo === null) {
        test('cannot be taken back, and says so', () =>
          scene(async (world) => {
            expect(world.performs[type]?.reversibility).toBe('C');
            expect(world.performs[type]?.undo).toBeUndefined();
          }));
        return;
      }

      test('is taken back once, in a sentence that a person can decide on; a second time changes nothing', () =>
        scene(async (world, input) => {
          const before = world.state();
          const done = await world.perform(type, input);
          expect(world.state()).not.toEqual(before);
          const way = world.performs[type]?.undo;
          expect([way?.class, world.performs[type]?.reversibility]).toEqual([action.undo, action.undo]);
          if (done.kind !== 'done' || done.undo === undefined) throw new Error(JSON.stringify(done));
          expect(way?.describe(done.undo)).toMatch(/\S+ \S+ .*\.$/);
          expect(await undo(world, done)).toMatchObject({ kind: 'done', output: { changed: true } });
          expect(world.state()).toEqual(before);
          const made = world.effects().length;
          expect(await undo(world, done)).toMatchObject({ kind: 'done', output: { changed: false } });
          expect(world.effects()).toHaveLength(made);
        }));

      test('what this action never saved is not taken back', () =>
        scene(async (world) => {
          const way = world.performs[type]?.undo;
          for (const saved of [
            {},
            { account: 7 },
            { account, before: 1, after: 2 },
            { account, saved: [] },
          ]) {
            expect(typeof way?.describe(saved as JsonObject)).toBe('string');
            const answer = await way?.perform(saved as JsonObject, world.call());
            expect(answer).toMatchObject({ kind: 'refused', fault: { code: 'undo_impossible' } });
          }
        }));

      test('where what was found cannot be kept, nothing is changed', () =>
        scene(async (world, input) => {
          const keepSecret = () => Promise.reject(new Error('the disk is full'));
          const answer = await world.perform(type, input, world.call({ keepSecret }));
          expect(answer).toMatchObject({ kind: 'try_again', fault: { code: 'found_not_kept' } });
          expect(world.effects()).toEqual([]);
        }));

      const { back, moved } = action;
      if (back !== undefined)
        test('taking back waits when it is told to, and after a cut it is finished by the repeat', () =>
          scene(async (world, input) => {
            const before = world.state();
            const done = await world.perform(type, input);
            strike(world, back, { kind: 'status', status: 429, retryAfter: '3' });
            expect(await undo(world, done)).toMatchObject({ kind: 'try_again', afterMs: 3000 });
            strike(world, back, { kind: 'reset_after' });
            expect((await undo(world, done)).kind).toBe('unknown');
            expect((await undo(world, done, AGAIN)).kind).toBe('done');
            expect(world.state()).toEqual(before);
          }));

      if (moved !== undefined)
        test('where somebody else has been there since, nothing is taken back', () =>
          scene(async (world, input, opened) => {
            const done = await world.perform(type, input);
            moved(opened);
            const found = world.state();
            expect(await undo(world, done)).toMatchObject({
              kind: 'refused',
              fault: { code: 'state_moved' },
            });
            expect(world.state()).toEqual(found);
          }));
    },
  );
}
