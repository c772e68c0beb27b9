/** From a folder of policies to something that may be asked: read, checked as one set, named by one digest. */
import { basename, resolve } from 'node:path';
import type { AssetDirectory } from './assets.ts';
import { openCedarEngine } from './cedar/cedar.ts';
import { tryOut } from './cedar/trial.ts';
import type { Policy, PolicyEngine } from './engine.ts';
import { guard } from './guards.ts';
import { killSwitchAt, type KillSwitch } from './kill-switch.ts';
import { readLists } from './lists.ts';
import { createOpaEngine, type OpaSettings } from './opa/opa.ts';
import {
  digestOf,
  filesFrom,
  problem,
  readFolder,
  sourceOf,
  type Problems,
  type SetFile,
} from './set-files.ts';

export interface PolicyConfig {
  /** Holds `assets.yaml` and `guards.yaml`; for Cedar also `*.cedar` and one `*.cedarschema`. */
  readonly folder: string;
  /** A file or a folder; see `kill-switch.ts`. Null: there is no such switch. */
  readonly killSwitchFile: string | null;
  /** Most assets one task may act on. */
  readonly maxTargets: number;
  /** How long one decision may take, milliseconds. */
  readonly deadlineMs: number;
  /** Refuse every set but this one (SHA-256 in lower-case hex). Null: take what is there. */
  readonly expectedDigest: string | null;
  /** Null: Cedar, embedded. */
  readonly opa: OpaSettings | null;
}

/** A decision takes under a millisecond; a second means that something is wrong. */
export const POLICY_DEFAULTS = {
  killSwitchFile: null,
  maxTargets: 50,
  deadlineMs: 1000,
  expectedDigest: null,
  opa: null,
} as const;

export type OpenedPolicy =
  { readonly kind: 'policy'; readonly engine: Policy; readonly directory: AssetDirectory } | Problems;

/** Never opens part of a set: one problem in one file and there is no policy. */
export async function openPolicy(config: PolicyConfig): Promise<OpenedPolicy> {
  const read = await readFolder(config.folder);
  if (read.kind === 'problems') return read;
  const digest = digestOf(sourceOf(read.files));
  if (config.expectedDigest !== null && config.expectedDigest !== digest)
    return problem(
      `${config.folder} has digest ${digest}, expected is ${config.expectedDigest}; check what changed`,
    );
  return openSet(read.files, config);
}

/** Opens a set that was read before, from its folder or from the store. */
export async function openSet(files: readonly SetFile[], config: PolicyConfig): Promise<OpenedPolicy> {
  return openBehind(files, config, killSwitchAt(config.killSwitchFile));
}

async function openBehind(
  files: readonly SetFile[],
  config: PolicyConfig,
  killSwitch: KillSwitch,
): Promise<OpenedPolicy> {
  const source = sourceOf(files);
  const set = { digest: digestOf(source), name: basename(resolve(config.folder)) };
  const lists = readLists(files);
  const opened = config.opa === null ? await openCedar(files, set, config) : openOpa(set, config.opa);
  if (lists.kind === 'problems' || opened.kind === 'problems')
    return {
      kind: 'problems',
      problems: [lists, opened].flatMap((one) => (one.kind === 'problems' ? one.problems : [])),
    };
  const { directory, guards: list } = lists;
  const { maxTargets, deadlineMs, opa } = config;
  const guarded = guard(opened.engine, { directory, list, killSwitch, maxTargets, deadlineMs });
  const reopen: Policy['reopen'] = async (earlier) => {
    const kept = filesFrom(earlier);
    const again = kept === null ? null : await openBehind(kept, config, killSwitch);
    return again?.kind === 'policy' ? again.engine : null;
  };
  return { kind: 'policy', engine: { ...guarded, source: opa === null ? source : null, reopen }, directory };
}

type OpenedEngine = { readonly kind: 'engine'; readonly engine: PolicyEngine } | Problems;

async function openCedar(
  files: readonly SetFile[],
  set: PolicyEngine['set'],
  { folder }: PolicyConfig,
): Promise<OpenedEngine> {
  const [schema, ...otherSchemas] = files.filter((file) => file.file.endsWith('.cedarschema'));
  if (schema === undefined || otherSchemas.length > 0)
    return problem(`${folder} must hold exactly one .cedarschema file`);
  const policies = files.filter(({ file }) => file.endsWith('.cedar'));
  const tried = await tryOut({ schema, policies });
  if (tried.kind === 'problems') return tried;
  return { kind: 'engine', engine: openCedarEngine(tried.set, set) };
}

function openOpa(set: PolicyEngine['set'], settings: OpaSettings): OpenedEngine {
  return { kind: 'engine', engine: createOpaEngine(set, settings) };
}
