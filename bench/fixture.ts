/**
 * What is measured on: the worker's real world (the shipped policies, a ledger on disk that flushes every
 * commit) with one connector whose provider answers at once. Nothing but the provider is left out.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { createCatalogue } from '../activities/catalogue/index.ts';
import type { Connector } from '../activities/connectors/connector.ts';
import { inputsDigest } from '../activities/keys.ts';
import type { World } from '../activities/world.ts';
import { loadConfig, type Config } from '../worker/config.ts';
import type { BareInput } from './workflows/bare.ts';

export const ACCOUNT = 'alice@corp.example';
export const REQUESTER = 'riley';

/** A task type that policy allows without a person, performed by the provider that holds the account. */
const TYPE = 'ListFilters';
const CONNECTOR = 'google-workspace';
const TIMEOUT_MS = 30_000;

const connector: Connector = {
  name: CONNECTOR,
  performs: {
    [TYPE]: {
      reversibility: 'none',
      repeat: 'natural',
      timeoutMs: TIMEOUT_MS,
      scopes: [],
      perform: async () => ({
        kind: 'done',
        output: { user_id: ACCOUNT, count: 0, suspicious_ids: [], suspicious: [] },
      }),
    },
  },
};

export function withFixture(world: World): World {
  return {
    ...world,
    connectors: new Map([[connector.name, connector]]),
    catalogue: createCatalogue([connector]),
  };
}

export type Shape = 'chain' | 'layer';

/** Ids of the playbooks that `writeConfig` leaves for the worker. */
export const PLAYBOOKS = {
  chain20: { id: 'bench_chain_20', shape: 'chain', tasks: 20 },
  chain10: { id: 'bench_chain_10', shape: 'chain', tasks: 10 },
  layer100: { id: 'bench_layer_100', shape: 'layer', tasks: 100 },
} as const satisfies {
  readonly [name: string]: { readonly id: string; readonly shape: Shape; readonly tasks: number };
};
export type BenchPlaybook = (typeof PLAYBOOKS)[keyof typeof PLAYBOOKS];

/** Writes cordon.yaml and the playbooks into the folder, and loads them as a worker would. */
export function writeConfig(folder: string): Config {
  const playbooks = join(folder, 'playbooks');
  mkdirSync(playbooks, { recursive: true, mode: 0o700 });
  for (const playbook of Object.values(PLAYBOOKS))
    writeFileSync(join(playbooks, `${playbook.id}.yaml`), stringify(playbookOf(playbook)));
  const file = join(folder, 'cordon.yaml');
  const policies = fileURLToPath(new URL('../policies', import.meta.url));
  const settings = { mode: 'development', state: 'cordon.db', evidence: 'evidence', playbooks, policies };
  writeFileSync(file, stringify({ ...settings, kill_switch: 'STOP', secrets: { kept: 'kept' } }));
  const loaded = loadConfig({ file, env: {} });
  if (loaded.kind === 'config') return loaded.config;
  throw new Error(`the bench's own configuration is refused: ${loaded.problems.join('; ')}`);
}

/** In a chain each task's input is what the one before it returned. */
function playbookOf({ id, shape, tasks }: BenchPlaybook): unknown {
  const names = taskNames(tasks);
  const task = (at: number): unknown => {
    const before = shape === 'chain' ? names[at - 1] : undefined;
    if (before === undefined) return { type: TYPE, inputs: { user_email: '{{ target_email }}' } };
    return { type: TYPE, needs: [before], inputs: { user_email: `{{ ${before}.output.user_id }}` } };
  };
  return {
    id,
    version: '1',
    description: 'Measures the engine',
    severity: 'high',
    context: { target_email: { type: 'email', description: 'The account' } },
    tasks: Object.fromEntries(names.map((name, at) => [name, task(at)])),
  };
}

function taskNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `task_${String(at + 1).padStart(3, '0')}`);
}

/** The same calls for the bare workflow. */
export function bareInput({ id, tasks }: BenchPlaybook, caseId: string): BareInput {
  const inputs = { user_email: ACCOUNT };
  return {
    tasks: taskNames(tasks),
    run: {
      caseId,
      playbook: id,
      playbookVersion: '1',
      planDigest: '0'.repeat(64),
      severity: 'high',
      requestedBy: REQUESTER,
    },
    call: {
      question: {
        task: '',
        type: TYPE,
        connector: CONNECTOR,
        inputs,
        key: null,
        reversibility: 'none',
        repeat: 'natural',
        approvals: [],
      },
      inputsDigest: inputsDigest(TYPE, CONNECTOR, inputs),
      targets: [ACCOUNT],
      label: 'bare',
      rules: ['reads'],
      card: null,
      retry: { attempts: 1, backoffMs: 1000, on: [] },
      timeoutMs: TIMEOUT_MS,
    },
  };
}
