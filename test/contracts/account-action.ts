/** What every action on an account keeps to, at whichever provider: one effect, told truly, and taken back exactly once. */
import { expect } from '@jest/globals';
import type { Answer, CallContext, Performance, Undone } from '../../activities/connectors/connector.ts';
import type { Effect, Fault } from '../../simulators/simulator.ts';
import type { JsonObject } from '../../workflows/language/json.ts';
import { keeps, type Law } from './law.ts';

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

type Request = Fault['match'];

export interface AccountAction<World extends AccountWorld = AccountWorld> {
  readonly type: string;
  readonly account: 'user_email' | 'user_id';
  /** Further inputs, from how things stand. */
  readonly input?: (world: World) => JsonObject | Promise<JsonObject>;
  /** The request that has the effect, and how many effects one call has. */
  readonly write: Request;
  readonly effects: number;
  readonly undo: 'A' | 'B' | null;
  /** Somebody else brings it into a third state, where there is one. */
  readonly moved?: (world: World) => void;
  /** The request by which undo has its effect. */
  readonly back?: Request;
  /** Another call does it anew, whatever there is. */
  readonly anew?: true;
  /** Cannot be read back. Otherwise a provider that takes the request without doing it is found out. */
  readonly unread?: true;
}

export interface Accounts {
  readonly account: string;
  readonly nobody: string;
}

export function keepsAccountActions<World extends AccountWorld>(
  provider: string,
  accounts: Accounts,
  actions: readonly AccountAction<World>[],
  open: () => Promise<World>,
): void {
  for (const action of actions) keeps(`${provider}: ${action.type}`, accountLaws(action, accounts), open);
}

interface Scene<World extends AccountWorld> {
  readonly world: World;
  /** One call, with its attempts under the same key. */
  perform(over?: Partial<CallContext>, input?: JsonObject): Promise<Answer<JsonObject>>;
  undo(answer: Answer<JsonObject>, over?: Partial<CallContext>): Promise<Answer<Undone>>;
  /** The next request of this kind meets with this. */
  strike(at: Request, fault: Omit<Fault, 'match' | 'times'>): void;
}

const AGAIN = { attempt: 2 };
const TOKENS = /ya29\.|sim\.[\w-]{20}|Bearer|PRIVATE KEY/;

/** Ends with a look at all that was said and written down: no secret is in it. */
async function inScene<World extends AccountWorld>(
  open: () => World | Promise<World>,
  action: AccountAction<World>,
  { account }: Accounts,
  body: (scene: Scene<World>) => Promise<void>,
): Promise<void> {
  const world = await open();
  const said: unknown[] = [];
  const hear = <T>(answer: T): T => {
    said.push(answer);
    return answer;
  };
  try {
    const input = { [action.account]: account, ...(await action.input?.(world)) };
    await body({
      world,
      perform: async (over, more) =>
        hear(await world.perform(action.type, { ...input, ...more }, world.call(over))),
      async undo(answer, over) {
        const way = world.performs[action.type]?.undo;
        if (way === undefined || answer.kind !== 'done' || answer.undo === undefined)
          throw new Error(`no undo: ${JSON.stringify(answer)}`);
        return hear(await way.perform(answer.undo, world.call({ key: 'the undo of it', ...over })));
      },
      strike: (match, fault) => world.fault({ match, times: 1, ...fault }),
    });
    const text = JSON.stringify([said, world.effects(), world.state()]);
    expect(world.secrets().filter((secret) => text.includes(secret))).toEqual([]);
    expect(text).not.toMatch(TOKENS);
  } finally {
    await world.close();
  }
}

export const LAWS = {
  once: 'it is done once; a repeat of the call changes nothing more and can take back as much',
  already: 'another call finds it done, changes nothing and has nothing to take back',
  open: 'a server error leaves the fate open; the repeat does it, once',
  cut: 'cut off after the effect, the repeat finds it made, and still knows what there was before',
  believed: 'a provider that says yes and does nothing is not believed',
  back: 'it is taken back once, in a sentence that a person can decide on; a second time changes nothing',
  moved: 'where somebody else has been there since, nothing is taken back',
} as const;

export function accountLaws<World extends AccountWorld>(
  action: AccountAction<World>,
  accounts: Accounts,
): readonly Law<World>[] {
  const law = (says: string, body: (scene: Scene<World>) => Promise<void>): Law<World> => ({
    says,
    holds: (open) => inScene(open, action, accounts, body),
  });
  return [
    ...doing(action, accounts, law),
    ...(action.undo === null ? ending(action, law) : undoing(action, law)),
  ];
}

type Make<World extends AccountWorld> = (
  says: string,
  body: (scene: Scene<World>) => Promise<void>,
) => Law<World>;

function doing<World extends AccountWorld>(
  action: AccountAction<World>,
  { nobody }: Accounts,
  law: Make<World>,
): readonly Law<World>[] {
  const { write } = action;
  const all = [
    law(LAWS.once, async ({ world, perform }) => {
      const first = await perform();
      expect([first.kind, world.effects().length]).toEqual(['done', action.effects]);
      const again = await perform(AGAIN);
      expect([again.kind, world.effects().length]).toEqual(['done', action.effects]);
      if (first.kind !== 'done' || again.kind !== 'done') return;
      expect(again.undo).toEqual(first.undo);
      expect(first.undo === undefined).toBe(action.undo === null);
    }),
    law(LAWS.already, async ({ world, perform }) => {
      await perform();
      const other = await perform({ key: 'another call of another run' });
      expect(other.kind).toBe('done');
      expect(other).not.toHaveProperty('undo');
      expect(world.effects()).toHaveLength(action.effects);
    }),
    law('with wrong credentials nothing is changed', async ({ world, perform }) => {
      world.spoilCredentials();
      expect((await perform()).kind).toBe('refused');
      expect(world.effects()).toEqual([]);
    }),
    law('an account that is not there is refused', async ({ world, perform }) => {
      expect((await perform({}, { [action.account]: nobody })).kind).toBe('refused');
      expect(world.effects()).toEqual([]);
    }),
    law('a provider asked too often is left alone as long as it says, or for a while', async (scene) => {
      const { world, perform, strike } = scene;
      const limited = { kind: 'try_again', because: 'rate_limited' };
      strike(write, { kind: 'status', status: 429, retryAfter: '7' });
      expect(await perform()).toMatchObject({ ...limited, afterMs: 7000 });
      strike(write, { kind: 'status', status: 429 });
      const untold = await perform(AGAIN);
      expect(untold).toMatchObject(limited);
      expect(untold).not.toHaveProperty('afterMs');
      expect(world.effects()).toEqual([]);
    }),
    law(LAWS.open, async ({ world, perform, strike }) => {
      strike(write, { kind: 'status', status: 502 });
      expect((await perform()).kind).toBe('unknown');
      expect(world.effects()).toEqual([]);
      expect((await perform(AGAIN)).kind).toBe('done');
      expect(world.effects()).toHaveLength(action.effects);
    }),
    law('a call that is called off while the change hangs has an open fate', async (scene) => {
      scene.strike(write, { kind: 'hang' });
      expect((await scene.perform({ signal: AbortSignal.timeout(400) })).kind).toBe('unknown');
      expect(scene.world.effects()).toEqual([]);
    }),
    law(LAWS.cut, async ({ world, perform, undo, strike }) => {
      const before = world.state();
      strike(write, { kind: 'reset_after' });
      expect((await perform()).kind).toBe('unknown');
      const again = await perform(AGAIN);
      expect(again.kind).toBe('done');
      if (action.undo === null) return expect(again).not.toHaveProperty('undo');
      expect(await undo(again)).toMatchObject({ kind: 'done', output: { changed: true } });
      expect(world.state()).toEqual(before);
    }),
    law(LAWS.believed, async ({ world, perform }) => {
      world.fault({ match: write, times: 9, kind: 'body', body: '{}' });
      expect((await perform()).kind).toBe('unknown');
      expect(world.effects()).toEqual([]);
    }),
  ];
  return all.filter(
    ({ says }) =>
      !(says === LAWS.already && action.anew === true) && !(says === LAWS.believed && action.unread === true),
  );
}

function ending<World extends AccountWorld>(
  { type }: AccountAction<World>,
  law: Make<World>,
): readonly Law<World>[] {
  return [
    law('it cannot be taken back, and says so', async ({ world: { performs } }) => {
      expect([performs[type]?.reversibility, performs[type]?.undo]).toEqual(['C', undefined]);
    }),
  ];
}

function undoing<World extends AccountWorld>(
  { type, undo: undoClass, back, moved }: AccountAction<World>,
  law: Make<World>,
): readonly Law<World>[] {
  return [
    law(LAWS.back, async ({ world, perform, undo }) => {
      const before = world.state();
      const done = await perform();
      expect(world.state()).not.toEqual(before);
      const way = world.performs[type]?.undo;
      expect([way?.class, world.performs[type]?.reversibility]).toEqual([undoClass, undoClass]);
      expect(way?.describe((done.kind === 'done' && done.undo) || {})).toMatch(/^.*@corp\.example .*\.$/);
      expect(await undo(done)).toMatchObject({ kind: 'done', output: { changed: true } });
      expect(world.state()).toEqual(before);
      const made = world.effects().length;
      expect(await undo(done)).toMatchObject({ kind: 'done', output: { changed: false } });
      expect(world.effects()).toHaveLength(made);
    }),
    law('what this action never saved is not taken back', async ({ world }) => {
      const way = world.performs[type]?.undo;
      const never: readonly JsonObject[] = [
        {},
        { account: 7 },
        { account: 'a@b', before: 1, after: 2, saved: [] },
      ];
      for (const saved of never) {
        expect(typeof way?.describe(saved)).toBe('string');
        const answer = await way?.perform(saved, world.call());
        expect(answer).toMatchObject({ kind: 'refused', fault: { code: 'undo_impossible' } });
      }
    }),
    law('where what was found cannot be kept, nothing is changed', async ({ world, perform }) => {
      const answer = await perform({ keepSecret: () => Promise.reject(new Error('the disk is full')) });
      expect(answer).toMatchObject({ kind: 'try_again', fault: { code: 'found_not_kept' } });
      expect(world.effects()).toEqual([]);
    }),
    ...(back === undefined ? [] : [law(...takingBackUnderFire(back))]),
    ...(moved === undefined
      ? []
      : [
          law(LAWS.moved, async ({ world, perform, undo }) => {
            const done = await perform();
            moved(world);
            const found = world.state();
            expect(await undo(done)).toMatchObject({ kind: 'refused', fault: { code: 'state_moved' } });
            expect(world.state()).toEqual(found);
          }),
        ]),
  ];
}

function takingBackUnderFire<World extends AccountWorld>(
  back: Request,
): readonly [string, (scene: Scene<World>) => Promise<void>] {
  return [
    'taking back waits when it is told to, and after a cut it is finished by the repeat',
    async ({ world, perform, undo, strike }) => {
      const before = world.state();
      const done = await perform();
      strike(back, { kind: 'status', status: 429, retryAfter: '3' });
      expect(await undo(done)).toMatchObject({ kind: 'try_again', afterMs: 3000 });
      strike(back, { kind: 'reset_after' });
      expect((await undo(done)).kind).toBe('unknown');
      expect((await undo(done, AGAIN)).kind).toBe('done');
      expect(world.state()).toEqual(before);
    },
  ];
}
