/** One tenant at the simulator, the connector pointed at it, and a call's surroundings. */
import { createHash } from 'node:crypto';
import type { Answer, CallContext, Connector } from '../../activities/connectors/connector.ts';
import { createMicrosoftGraph } from '../../activities/connectors/microsoft-graph/index.ts';
import { contracts } from '../../activities/catalogue/index.ts';
import type { EvidenceStore, StoredItem } from '../../activities/evidence/store.ts';
import { startGraphSimulator } from '../../simulators/graph/index.ts';
import { SECOND_FACTOR_GROUP } from '../../simulators/graph/state.ts';
import type { GraphSimulator, GraphSimulatorOptions } from '../../simulators/graph/index.ts';
import type { JsonObject } from '../../workflows/language/json.ts';

export const ADA = 'ada@corp.example';
export const CLIENT_SECRET = 'canary-Client-Secret-0f4b1c';
export const CLIENT_SECRET_REF = 'secret://env/graph-client';

export interface MemoryEvidence extends EvidenceStore {
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
    put: async (item) => {
      names.push(item.name);
      return keep(item.bytes);
    },
    manifest: async (_caseId: string, _task: string, items: readonly StoredItem[]) =>
      keep(new TextEncoder().encode(JSON.stringify(items))),
    get: async (sha256) => kept.get(sha256) ?? null,
  };
}

export interface World {
  readonly simulator: GraphSimulator;
  readonly connector: Connector;
  readonly evidence: MemoryEvidence;
  /** Every secret that came to exist in this world, by reference. */
  readonly secrets: Map<string, string>;
  call(over?: Partial<CallContext>): CallContext;
  perform(type: string, input: JsonObject, call?: CallContext): Promise<Answer<JsonObject>>;
  check(type: string, input: JsonObject): Promise<JsonObject | null>;
}

export async function createWorld(options: GraphSimulatorOptions = {}): Promise<World> {
  const simulator = await startGraphSimulator({ clientSecret: CLIENT_SECRET, accounts: [ADA], ...options });
  const evidence = memoryEvidence();
  const secrets = new Map([[CLIENT_SECRET_REF, CLIENT_SECRET]]);
  const { tenantId, clientId } = simulator.application;
  const connector = createMicrosoftGraph(
    {
      tenantId,
      clientId,
      clientSecret: CLIENT_SECRET_REF,
      graphRoot: simulator.url,
      authorityHost: simulator.url,
      secondFactorGroup: SECOND_FACTOR_GROUP,
    },
    evidence,
  );
  const call = (over: Partial<CallContext> = {}): CallContext => ({
    key: 'run-1/task',
    caseId: 'case-1',
    task: 'a_task',
    attempt: 1,
    signal: new AbortController().signal,
    heartbeat: () => undefined,
    secret: async (reference) => {
      const value = secrets.get(reference);
      if (value === undefined) throw new Error(`no secret ${reference}`);
      return value;
    },
    keepSecret: async (name, make) => {
      const reference = `secret://local/${name}`;
      const value = secrets.get(reference) ?? make();
      secrets.set(reference, value);
      return { reference, value };
    },
    ...over,
  });
  const performance = (type: string) => {
    const found = connector.performs[type];
    if (found === undefined) throw new Error(`the connector does not perform ${type}`);
    return found;
  };
  return {
    simulator,
    connector,
    evidence,
    secrets,
    call,
    async perform(type, input, context = call()) {
      const answer = await performance(type).perform(input, context);
      if (answer.kind === 'done') contracts.get(type)?.output.parse(answer.output);
      return answer;
    },
    check: async (type, input) => (await performance(type).check?.(input, call())) ?? null,
  };
}

export function outputOf(answer: Answer<JsonObject>): JsonObject {
  if (answer.kind !== 'done') throw new Error(`not done: ${JSON.stringify(answer)}`);
  return answer.output;
}
