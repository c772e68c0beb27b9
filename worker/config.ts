/** Configuration: cordon.yaml, then CORDON_* variables over it, all faults in one report. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { IdTokenConfig } from '../activities/approvals/id-token.ts';
import { approvalsFrom } from './config-approvals.ts';
import type { RecordSettings } from '../activities/checkpoints/settings.ts';
import { bindingsFrom, connectorsFrom, type ConnectorsConfig } from './config-connectors.ts';
import type { Bindings } from '../activities/secrets/binding.ts';
import { evidenceS3From, vaultFrom, type EvidenceS3, type VaultSettings } from './config-outbound.ts';
import { gatewayFrom, type GatewayConfig } from './config-gateway.ts';
import { isPostgresUrl } from '../activities/stores/source.ts';
import { readConfigText, type ConfigText } from './config-file.ts';
import { policyFrom, type PolicySection } from './config-policy.ts';
import { configProblems, type Origin } from './config-problems.ts';
import { configSchema, type ConfigFile } from './config-schema.ts';
import { queuesFrom, type QueuesConfig } from './config-queues.ts';
import { recordFrom } from './config-record.ts';
import { applyVariables, type Environment } from './config-variables.ts';

export interface Config {
  /** Development admits approvals under an asserted name; production does not. */
  readonly mode: 'development' | 'production';
  readonly taskQueue: string;
  /** Connectors whose calls have a task queue of their own. */
  readonly queues: QueuesConfig;
  /**
   * Absolute paths from here on; given ones were relative to the configuration's folder. This one is a SQLite file's,
   * or the URL of a Postgres database.
   */
  readonly state: string;
  /** Reference to the password that belongs to the URL. */
  readonly statePassword: string | null;
  readonly playbooks: string;
  readonly policies: string;
  /** Refuse every policy set but this one. */
  readonly policyDigest: string | null;
  readonly policy: PolicySection;
  readonly maxTargets: number;
  readonly evidence: string;
  /** Evidence is kept in this bucket instead of the folder. */
  readonly evidenceS3: EvidenceS3 | null;
  readonly egress: {
    /** Hosts whose names may lead to addresses inside. */
    readonly privateHosts: readonly string[];
    /** File with certificates of authorities that count besides the system's. */
    readonly authorities: string | null;
  };
  readonly activityIds: 'key' | 'digest';
  /** Between two rounds in which closed histories are compared with the record and sealed; 0: never. */
  readonly sealMinutes: number;
  /** While this file exists nothing acts. */
  readonly killSwitch: string | null;
  /** Who may approve. Null: names are believed in development mode, and nobody can approve in production. */
  readonly roster: { readonly file: string; readonly digest: string | null } | null;
  readonly approvals: {
    readonly idToken: IdTokenConfig | null;
    readonly massTargets: number;
    readonly mostPerHour: number;
    readonly notify: { readonly to: readonly string[]; readonly link: string | null } | null;
  };
  readonly secrets: {
    /** Environment variables that references may name, besides those called CORDON_SECRET_…. */
    readonly env: readonly string[];
    /** Folder with one file per secret. */
    readonly file: string | null;
    /** Where generated secrets are kept. */
    readonly kept: string;
    /** Who may read a reference: what the file says, and each connector its own credentials. */
    readonly bindings: Bindings;
    readonly vault: VaultSettings | null;
    /** Where generated secrets are kept. */
    readonly keepIn: 'folder' | 'vault';
  };
  /** Whether votes count under the principal that Temporal's server writes beside them (V1). */
  readonly principal: { readonly accept: boolean };
  readonly gateway: GatewayConfig;
  /** How the record is signed, and where its checkpoints go. */
  readonly record: RecordSettings;
  readonly connectors: ConnectorsConfig;
}

export type LoadedConfig =
  | { readonly kind: 'config'; readonly config: Config }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

export interface ConfigRequest {
  /** Otherwise the file that CORDON_CONFIG names, else ./cordon.yaml where there is one, else defaults. */
  readonly file?: string | undefined;
  readonly env: Environment;
}

/** Reads files and environment; a fault in either is a problem that says where it stands and what is expected. */
export function loadConfig({ file, env }: ConfigRequest): LoadedConfig {
  const named = file ?? (env['CORDON_CONFIG'] || undefined);
  const path = resolve(named ?? 'cordon.yaml');
  const absent = named === undefined && !existsSync(path);
  const read = absent ? NOTHING : readFile(path, named ?? 'cordon.yaml');
  if (read.kind === 'problems') return read;
  const applied = applyVariables(read.value, env);
  const origin: Origin = {
    file: absent ? 'configuration' : (named ?? 'cordon.yaml'),
    locate: read.locate,
    variables: applied.variables,
    value: applied.value,
  };
  const parsed = configSchema.safeParse(applied.value);
  const problems = [...applied.problems, ...(parsed.success ? [] : configProblems(parsed.error, origin))];
  if (!parsed.success || problems.length > 0) return { kind: 'problems', problems };
  return { kind: 'config', config: configFrom(parsed.data, dirname(path)) };
}

const NOTHING: ConfigText = { kind: 'text', value: {}, locate: () => null };

function readFile(path: string, shown: string): ConfigText {
  try {
    return readConfigText(readFileSync(path, 'utf8'), shown);
  } catch (error) {
    const code =
      typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown error';
    return {
      kind: 'problems',
      problems: [`${shown}: cannot be read (${code}); check --config or CORDON_CONFIG`],
    };
  }
}

function configFrom(file: ConfigFile, folder: string): Config {
  const at = (path: string): string => resolve(folder, path);
  return {
    mode: file.mode,
    taskQueue: file.task_queue,
    queues: queuesFrom(file.queues),
    state: isPostgresUrl(file.state) ? file.state : at(file.state),
    statePassword: file.state_password ?? null,
    playbooks: at(file.playbooks),
    policies: at(file.policies),
    policyDigest: file.policy_digest ?? null,
    policy: policyFrom(file, at),
    maxTargets: file.max_targets,
    evidence: at(file.evidence),
    evidenceS3: evidenceS3From(file.evidence_s3),
    egress: {
      privateHosts: file.egress.private_hosts,
      authorities: file.egress.authorities === undefined ? null : at(file.egress.authorities),
    },
    activityIds: file.activity_ids,
    sealMinutes: file.seal_minutes,
    killSwitch: file.kill_switch === undefined ? null : at(file.kill_switch),
    roster:
      file.roster === undefined ? null : { file: at(file.roster.file), digest: file.roster.digest ?? null },
    approvals: approvalsFrom(file.approvals),
    secrets: {
      env: file.secrets.env,
      file: file.secrets.file === undefined ? null : at(file.secrets.file),
      kept: at(file.secrets.kept),
      bindings: bindingsFrom(file),
      vault: vaultFrom(file.secrets.vault),
      keepIn: file.secrets.keep_in,
    },
    principal: file.principal,
    gateway: gatewayFrom(file.gateway),
    record: recordFrom(file.record, at),
    connectors: connectorsFrom(file.connectors, at),
  };
}
