/**
 * Machine actions: ordered once, found again by their external id, and waited for. An order that is open at the
 * provider goes on whatever becomes of us, so everything after it is told as an open fate.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { JsonObject } from '../../../workflows/language/json.ts';
import type { CallContext } from '../connector.ts';
import type { Failure } from '../http-answer.ts';
import { ACTIVE, type Defender, type Got } from './client.ts';
import { PROVIDER } from './config.ts';
import { word } from './word.ts';

export type ActionType = 'Isolate' | 'Unisolate' | 'CollectInvestigationPackage' | 'StopAndQuarantineFile';

export interface Order {
  readonly machine: string;
  readonly type: ActionType;
  /** Last step of the path: `isolate`, `unisolate`, … */
  readonly verb: string;
  readonly body: JsonObject;
}

/** `ours`: this call, on this or an earlier attempt, ordered it. Otherwise somebody else did, and we waited. */
export interface Finished {
  readonly id: string;
  readonly ours: boolean;
}

/** Newest first. */
export async function actionsOn(
  defender: Defender,
  machine: string,
  ...types: readonly ActionType[]
): Promise<Got<readonly JsonObject[]>> {
  const named = types.map((type) => `type eq '${type}'`).join(' or ');
  const filter = encodeURIComponent(`machineId eq '${machine}' and (${named})`);
  const found = await defender.list(`machineactions?$filter=${filter}`);
  if (found.kind !== 'got') return found;
  const when = (action: JsonObject): string => word(action['creationDateTimeUtc']);
  return { kind: 'got', value: found.value.toSorted((a, b) => (when(a) < when(b) ? 1 : -1)) };
}

/** Where the same order is open already, by us or by somebody else, that one is waited for. */
export async function carryOut(
  defender: Defender,
  order: Order,
  call: CallContext,
  pollMs: number,
): Promise<Got<Finished>> {
  const before = await openOrder(defender, order, call);
  if (before.kind !== 'got') return before;
  if (before.value !== null) return waitFor(defender, before.value, call, pollMs);
  const body = { ...order.body, ExternalId: call.key };
  const ordered = await defender.change('POST', `machines/${order.machine}/${order.verb}`, body);
  if (ordered.kind === 'got' && typeof ordered.value?.['id'] === 'string')
    return waitFor(defender, { id: ordered.value['id'], ours: true }, call, pollMs);
  if (ordered.kind !== 'got' && ordered.kind !== 'unknown' && ordered.fault.code !== ACTIVE) return ordered;
  // Nobody answered, or another order came first: what is open now tells.
  const after = await openOrder(defender, order, call);
  if (after.kind === 'got' && after.value !== null) return waitFor(defender, after.value, call, pollMs);
  return ordered.kind === 'got' ? openFate('the order was taken, but its number is not known') : ordered;
}

const FINAL = new Set(['Succeeded', 'Failed', 'TimeOut', 'Cancelled']);

/** Ours, whatever its state unless it came to nothing; or anybody's that has not ended. */
async function openOrder(
  defender: Defender,
  { machine, type }: Order,
  call: CallContext,
): Promise<Got<Finished | null>> {
  const actions = await actionsOn(defender, machine, type);
  if (actions.kind !== 'got') return actions;
  const own = actions.value.find((action) => isOurs(action, call) && !cameToNothing(action));
  const open = own ?? actions.value.find((action) => !FINAL.has(word(action['status'])));
  if (open === undefined) return { kind: 'got', value: null };
  return { kind: 'got', value: { id: word(open['id']), ours: isOurs(open, call) } };
}

/** The interface writes the name both ways. */
export function isOurs(action: JsonObject, { key }: Pick<CallContext, 'key'>): boolean {
  return (action['externalID'] ?? action['externalId']) === key;
}

function cameToNothing(action: JsonObject): boolean {
  const status = word(action['status']);
  return FINAL.has(status) && status !== 'Succeeded';
}

async function waitFor(
  defender: Defender,
  order: Finished,
  call: CallContext,
  pollMs: number,
): Promise<Got<Finished>> {
  for (;;) {
    const action = await defender.get(`machineactions/${encodeURIComponent(order.id)}`);
    if (action.kind === 'refused' || (action.kind === 'got' && action.value === null))
      return openFate('the order cannot be looked at any more');
    const status = action.kind === 'got' ? word(action.value?.['status']) : 'unknown';
    if (status === 'Succeeded') return { kind: 'got', value: order };
    if (FINAL.has(status)) return endedOtherwise(status);
    call.heartbeat();
    try {
      await pause(pollMs, undefined, { signal: call.signal });
    } catch {
      return openFate('the call ended while the order was open');
    }
  }
}

function endedOtherwise(status: string): Failure {
  const why =
    status === 'TimeOut'
      ? 'the machine did not answer in time; check that it is switched on and online'
      : status === 'Cancelled'
        ? 'somebody cancelled it'
        : 'the machine could not carry it out; see the action centre';
  const message = `${PROVIDER}'s order ended as ${status}: ${why}`;
  return { kind: 'refused', fault: { code: `${PROVIDER}_action_${status.toLowerCase()}`, message } };
}

function openFate(what: string): Failure {
  return { kind: 'unknown', fault: { code: `${PROVIDER}_open`, message: `${PROVIDER}: ${what}` } };
}
