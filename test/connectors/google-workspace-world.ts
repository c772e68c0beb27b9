/** The connector, the simulator and what the engine would hand to a call, put together for one test file. */
import { createHash } from 'node:crypto';
import type { Answer, CallContext, Connector } from '../../activities/connectors/connector.ts';
import { createGoogleWorkspace } from '../../activities/connectors/google-workspace/index.ts';
import type { EvidenceItem, EvidenceStore } from '../../activities/evidence/store.ts';
import { contracts } from '../../activities/catalogue/index.ts';
import type { JsonObject } from '../../workflows/language/json.ts';
import {
  startGoogleSimulator,
  type GoogleSimulator,
  type GoogleSimulatorOptions,
} from '../../simulators/google/simulator.ts';

export const VICTIM = 'victim@corp.example';
export const KEY_REFERENCE = 'secret://vault/google-key';

export interface Scene {
  readonly simulator: GoogleSimulator;
  /** Items stored as evidence, in order. */
  readonly evidence: EvidenceItem[];
  readonly secrets: Map<string, string>;
  readonly call: CallContext;
  readonly performs: Connector['performs'];
  /** Runs a task as the engine would, with its output checked against the task type's schema. */
  perform(task: string, input: JsonObject, call?: Partial<CallContext>): Promise<Answer<JsonObject>>;
  check(task: string, input: JsonObject): Promise<JsonObject | null>;
}

export async function openScene(
  options: GoogleSimulatorOptions = {},
  config: { readonly rootUrl?: string; readonly tokenUrl?: string; readonly secondFactorUnit?: string } = {},
): Promise<Scene> {
  const simulator = await startGoogleSimulator({
    accounts: [{ email: VICTIM, aliases: ['v@corp.example'] }],
    ...options,
  });
  const evidence: EvidenceItem[] = [];
  const secrets = new Map([[KEY_REFERENCE, simulator.keyFile]]);
  const connector = createGoogleWorkspace(
    {
      serviceAccount: KEY_REFERENCE,
      adminSubject: simulator.adminSubject,
      domains: [simulator.domain],
      rootUrl: simulator.url,
      tokenUrl: simulator.tokenUrl,
      secondFactorUnit: '/Second factor required',
      ...config,
    },
    memoryEvidence(evidence),
  );
  const call = createCall(secrets);
  const performance = (task: string) => {
    const found = connector.performs[task];
    if (found === undefined) throw new Error(`no such task: ${task}`);
    return found;
  };
  return {
    simulator,
    evidence,
    secrets,
    call,
    performs: connector.performs,
    async perform(task, input, more = {}) {
      const type = contracts.get(task);
      const answer = await performance(task).perform(type?.input.parse(input) as JsonObject, {
        ...call,
        ...more,
      });
      if (answer.kind === 'done') type?.output.parse(answer.output);
      if (answer.kind === 'action_required') type?.output.parse(answer.onceDone);
      return answer;
    },
    check: async (task, input) => (await performance(task).check?.(input, call)) ?? null,
  };
}

function createCall(secrets: Map<string, string>): CallContext {
  return {
    key: 'rotate_password:pwd-victim@corp.example',
    caseId: 'case-1',
    task: 'some_task',
    attempt: 1,
    signal: new AbortController().signal,
    heartbeat: () => undefined,
    async secret(reference) {
      const value = secrets.get(reference);
      if (value === undefined)
        throw new Error(`no such secret, and here is another: ${[...secrets.values()].join()}`);
      return value;
    },
    async keepSecret(name, make) {
      const reference = `secret://kept/${name}`;
      const value = secrets.get(reference) ?? make();
      secrets.set(reference, value);
      return { reference, value };
    },
  };
}

function memoryEvidence(items: EvidenceItem[]): EvidenceStore {
  const stored = new Map<string, Uint8Array>();
  const keep = (bytes: Uint8Array): string => {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    stored.set(sha256, bytes);
    return sha256;
  };
  return {
    async put(item) {
      items.push(item);
      return { sha256: keep(item.bytes), bytes: item.bytes.byteLength };
    },
    manifest: async (caseId, task, list) => ({
      sha256: keep(Buffer.from(JSON.stringify({ caseId, task, list }))),
    }),
    get: async (sha256) => stored.get(sha256) ?? null,
  };
}

/** The output of an answer that should be `done`; anything else fails the test with what it was. */
export function outputOf(answer: Answer<JsonObject>): JsonObject {
  if (answer.kind !== 'done') throw new Error(`expected done, got ${JSON.stringify(answer)}`);
  return answer.output;
}
