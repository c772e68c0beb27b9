/** Isolating a machine and releasing it: one switch, and each way undoes the other. */
import { IsolateEndpoint, ReleaseEndpoint } from '../../catalogue/edr.ts';
import type { OutputOf } from '../../catalogue/task-type.ts';
import type { JsonObject } from '../../../workflows/language/json.ts';
import type { Answer, CallContext, Undo, Undone } from '../connector.ts';
import type { Deed } from '../deed.ts';
import { actionsOn, carryOut, type Order } from './action.ts';
import type { At } from './at.ts';
import type { Defender, Got } from './client.ts';
import { PROVIDER } from './config.ts';
import { findMachine } from './machine.ts';
import { word } from './word.ts';

type Output = OutputOf<typeof IsolateEndpoint>;

export const ISOLATE_SCOPES = ['Machine.Isolate', 'Machine.Read.All'];
/** A machine that is switched on is reached within minutes. */
const LONGEST_MS = 15 * 60_000;

/** The last order that succeeded; null when there was none. */
interface Standing {
  readonly isolated: boolean;
  readonly by: string | null;
}

async function standing(defender: Defender, machine: string): Promise<Got<Standing>> {
  const actions = await actionsOn(defender, machine, 'Isolate', 'Unisolate');
  if (actions.kind !== 'got') return actions;
  const last = actions.value.find(({ status }) => status === 'Succeeded');
  return {
    kind: 'got',
    value: { isolated: last?.['type'] === 'Isolate', by: last === undefined ? null : word(last['id']) },
  };
}

async function turn(
  { defender, reach, call }: At,
  device: string,
  isolate: boolean,
  body: JsonObject,
): Promise<Answer<Output>> {
  const machine = await findMachine(defender, device);
  if (machine.kind !== 'got') return machine;
  const now = await standing(defender, machine.value);
  if (now.kind !== 'got') return now;
  const order = orderFor(machine.value, isolate, body);
  const done = { machine_id: machine.value, isolated: isolate };
  if (now.value.isolated === isolate) return confirmed(defender, order, call, done);
  const finished = await carryOut(defender, order, call, reach.pollMs);
  if (finished.kind !== 'got') return finished;
  const { id, ours } = finished.value;
  const output = { ...done, action_id: ours ? id : null, already: !ours };
  // What somebody else ordered is theirs to take back.
  return ours
    ? { kind: 'done', output, undo: { machine: machine.value, action: id } }
    : { kind: 'done', output };
}

/** It is so already: through an earlier attempt of this call, or without us. */
async function confirmed(
  defender: Defender,
  { machine, type }: Order,
  { key }: CallContext,
  done: Pick<Output, 'machine_id' | 'isolated'>,
): Promise<Answer<Output>> {
  const actions = await actionsOn(defender, machine, type);
  if (actions.kind !== 'got') return actions;
  const [last] = actions.value.filter(({ status }) => status === 'Succeeded');
  const own = last !== undefined && (last['externalID'] ?? last['externalId']) === key;
  if (!own) return { kind: 'done', output: { ...done, action_id: null, already: true } };
  const action = word(last['id']);
  return { kind: 'done', output: { ...done, action_id: action, already: false }, undo: { machine, action } };
}

function orderFor(machine: string, isolate: boolean, body: JsonObject): Order {
  return isolate
    ? { machine, type: 'Isolate', verb: 'isolate', body }
    : { machine, type: 'Unisolate', verb: 'unisolate', body };
}

/** Only where our own order still stands: whoever isolated or released the machine since had their reasons. */
export function undoTurn(isolate: boolean, bind: (call: CallContext) => At): Undo {
  const back = isolate ? 'released from isolation' : 'isolated again';
  return {
    class: 'A',
    describe: ({ machine }) => `The machine ${word(machine)} is ${back}.`,
    async perform({ machine, action }, call): Promise<Answer<Undone>> {
      const { defender, reach } = bind(call);
      const id = word(machine);
      const now = await standing(defender, id);
      if (now.kind !== 'got') return now;
      const said = `the machine is ${isolate ? 'not isolated' : 'isolated'}`;
      if (now.value.isolated !== isolate) return { kind: 'done', output: { changed: false, now: said } };
      if (now.value.by !== word(action))
        return {
          kind: 'refused',
          fault: {
            code: 'state_moved',
            message: `${PROVIDER}: somebody else gave the machine's last order; decide there`,
          },
        };
      const body = { Comment: 'Taken back by a security playbook' };
      const full = isolate ? body : { ...body, IsolationType: 'Full' };
      const finished = await carryOut(defender, orderFor(id, !isolate, full), call, reach.pollMs);
      return finished.kind === 'got' ? { kind: 'done', output: { changed: true, now: said } } : finished;
    },
  };
}

export const isolateEndpoint: Deed<At, typeof IsolateEndpoint> = {
  contract: IsolateEndpoint,
  reversibility: 'A',
  repeat: 'marker',
  timeoutMs: LONGEST_MS,
  scopes: ISOLATE_SCOPES,
  perform: (input, at) =>
    turn(at, input.device_id, true, {
      Comment: input.comment,
      IsolationType: input.isolation === 'full' ? 'Full' : 'Selective',
    }),
};

export const releaseEndpoint: Deed<At, typeof ReleaseEndpoint> = {
  contract: ReleaseEndpoint,
  reversibility: 'A',
  repeat: 'marker',
  timeoutMs: LONGEST_MS,
  scopes: ISOLATE_SCOPES,
  perform: (input, at) => turn(at, input.device_id, false, { Comment: input.comment }),
};
