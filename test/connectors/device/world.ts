/** A call's surroundings, secrets and evidence for connectors that speak SSH to simulated devices. */
import { createHash } from 'node:crypto';
import type { Answer, CallContext, Connector, Undone } from '../../../activities/connectors/connector.ts';
import type { SshTarget } from '../../../activities/connectors/ssh/target.ts';
import type { EvidenceStore, StoredItem } from '../../../activities/evidence/store.ts';
import type { Reachable } from '../../../simulators/reachable.ts';
import type { JsonObject } from '../../../workflows/language/json.ts';

export const KEY = createHash('sha256').update('case-1/a-task').digest('hex');

export interface Vault {
  readonly values: Map<string, string>;
  keep(value: string): string;
}

export function createVault(): Vault {
  const values = new Map<string, string>();
  return {
    values,
    keep(value) {
      const reference = `secret://test/n${values.size}`;
      values.set(reference, value);
      return reference;
    },
  };
}

export function callWith({ values }: Vault, over: Partial<CallContext> = {}): CallContext {
  return {
    key: KEY,
    caseId: 'case-1',
    task: 'a_task',
    attempt: 1,
    signal: new AbortController().signal,
    heartbeat: () => undefined,
    secret: async (reference) => {
      const value = values.get(reference);
      if (value === undefined) throw new Error(`no secret ${reference}`);
      return value;
    },
    keepSecret: async (name, make) => {
      const reference = `secret://kept/${name}`;
      const value = values.get(reference) ?? make();
      values.set(reference, value);
      return { reference, value };
    },
    ...over,
  };
}

export function targetOf(
  { clientKey, ...device }: Reachable,
  vault: Vault,
  over: Partial<SshTarget> = {},
): SshTarget {
  const credential = { kind: 'key', reference: vault.keep(clientKey) } as const;
  const { host, port, user, hostKey, stateFolder } = device;
  const state = stateFolder === undefined ? {} : { stateFolder };
  return { host, port, user, hostKey, credential, ...state, ...over };
}

export async function perform(
  connector: Connector,
  type: string,
  input: JsonObject,
  call: CallContext,
): Promise<Answer<JsonObject>> {
  const found = connector.performs[type];
  if (found === undefined) throw new Error(`${connector.name} does not perform ${type}`);
  return found.perform(input, call);
}

export async function undo(
  connector: Connector,
  type: string,
  saved: JsonObject,
  call: CallContext,
): Promise<Answer<Undone>> {
  const found = connector.performs[type]?.undo;
  if (found === undefined) throw new Error(`${connector.name} cannot undo ${type}`);
  return found.perform(saved, call);
}

export function describeUndo(connector: Connector, type: string, saved: JsonObject): string {
  return connector.performs[type]?.undo?.describe(saved) ?? '';
}

export function doneOf(answer: Answer<JsonObject>): {
  readonly output: JsonObject;
  readonly undo: JsonObject;
} {
  if (answer.kind !== 'done') throw new Error(`not done: ${JSON.stringify(answer)}`);
  return { output: answer.output, undo: answer.undo ?? {} };
}

/** A field that must hold text. */
export function textOf(output: JsonObject, field: string): string {
  const value = output[field];
  if (typeof value !== 'string') throw new Error(`${field} is no text`);
  return value;
}

export interface MemoryEvidence extends EvidenceStore {
  text(sha256: string): string;
  readonly names: readonly string[];
}

export function memoryEvidence(): MemoryEvidence {
  const kept = new Map<string, Uint8Array>();
  const names: string[] = [];
  const keep = (bytes: Uint8Array) => {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    kept.set(sha256, bytes);
    return { sha256, bytes: bytes.byteLength };
  };
  return {
    names,
    text: (sha256) => new TextDecoder().decode(kept.get(sha256)),
    put: async (item) => {
      names.push(item.name);
      return keep(item.bytes);
    },
    manifest: async (_caseId: string, _task: string, items: readonly StoredItem[]) =>
      keep(new TextEncoder().encode(JSON.stringify(items))),
    get: async (sha256) => kept.get(sha256) ?? null,
  };
}
