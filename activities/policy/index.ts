/** From a folder of policies to something that may be asked: read, checked as one set, named by one digest. */
import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { assetList } from './asset-list.ts';
import { createAssetDirectory } from './assets.ts';
import type { AssetDirectory, OpenedDirectory } from './assets.ts';
import { createCedarEngine } from './cedar/cedar.ts';
import type { Policy } from './engine.ts';
import { guard } from './guards.ts';

export interface PolicyConfig {
  /** Holds `*.cedar`, one `*.cedarschema` and `assets.yaml`. */
  readonly folder: string;
  /** While this file exists nothing acts. Null: there is no such switch. */
  readonly killSwitchFile: string | null;
  /** Most targets one task may have. */
  readonly maxTargets: number;
  /** How long one decision may take, milliseconds. */
  readonly deadlineMs: number;
  /** Refuse every set but this one (SHA-256 in lower-case hex). Null: take what is there. */
  readonly expectedDigest: string | null;
}

/** A decision takes under a millisecond; a second means that something is wrong. */
export const POLICY_DEFAULTS = {
  killSwitchFile: null,
  maxTargets: 50,
  deadlineMs: 1000,
  expectedDigest: null,
} as const;

export type OpenedPolicy =
  | { readonly kind: 'policy'; readonly engine: Policy; readonly directory: AssetDirectory }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

/** Never opens part of a set: one problem in one file and there is no policy. */
export async function openPolicy(config: PolicyConfig): Promise<OpenedPolicy> {
  const read = await readFolder(config.folder);
  if (read.kind === 'problems') return read;
  const { files } = read;
  const digest = digestOf(files);
  if (config.expectedDigest !== null && config.expectedDigest !== digest)
    return problem(
      `${config.folder} has digest ${digest}, expected is ${config.expectedDigest}; check what changed`,
    );
  const [schema, ...otherSchemas] = files.filter((file) => file.file.endsWith('.cedarschema'));
  if (schema === undefined || otherSchemas.length > 0)
    return problem(`${config.folder} must hold exactly one .cedarschema file`);
  const assets = readAssets(files.find(({ file }) => file === 'assets.yaml'));
  const cedar = createCedarEngine({
    schema,
    policies: files.filter(({ file }) => file.endsWith('.cedar')),
    set: { digest, name: basename(resolve(config.folder)) },
  });
  if (assets.kind === 'problems' || cedar.kind === 'problems')
    return {
      kind: 'problems',
      problems: [assets, cedar].flatMap((one) => (one.kind === 'problems' ? one.problems : [])),
    };
  const { directory } = assets;
  const { maxTargets, deadlineMs } = config;
  const killSwitch = killSwitchOf(config.killSwitchFile);
  return {
    kind: 'policy',
    engine: guard(cedar.engine, { directory, killSwitch, maxTargets, deadlineMs }),
    directory,
  };
}

interface PolicyFile {
  readonly file: string;
  readonly text: string;
}
type ReadFolder = { readonly kind: 'files'; readonly files: readonly PolicyFile[] } | Problems;
type Problems = { readonly kind: 'problems'; readonly problems: readonly string[] };

const LARGEST_FILE = 1024 * 1024;

async function readFolder(folder: string): Promise<ReadFolder> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const names = entries
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
      .map((entry) => entry.name);
    const files: PolicyFile[] = [];
    for (const file of names.sort()) {
      const path = join(folder, file);
      if ((await stat(path)).size > LARGEST_FILE) return problem(`${path} is larger than 1 MiB; split it`);
      files.push({ file, text: await readFile(path, 'utf8') });
    }
    return { kind: 'files', files };
  } catch (error) {
    return problem(`policies cannot be read from ${folder} (${codeOf(error)}); check that the folder exists`);
  }
}

/** Every file of the folder counts, tests included; names and lengths are hashed, so no two sets collide. */
function digestOf(files: readonly PolicyFile[]): string {
  const hash = createHash('sha256');
  for (const { file, text } of files) hash.update(JSON.stringify([file, text])).update('\n');
  return hash.digest('hex');
}

function readAssets(file: PolicyFile | undefined): OpenedDirectory {
  if (file === undefined) return problem('assets.yaml is missing: without it every target is unknown');
  let parsed: unknown;
  try {
    parsed = parseYaml(file.text, { maxAliasCount: 0, prettyErrors: false });
  } catch {
    return problem('assets.yaml is not readable YAML; aliases and duplicate keys are not allowed');
  }
  const list = assetList.safeParse(parsed);
  if (list.success) {
    const opened = createAssetDirectory(list.data);
    if (opened.kind === 'directory') return opened;
    return { kind: 'problems', problems: opened.problems.map((text) => `assets.yaml: ${text}`) };
  }
  const problems = list.error.issues
    .slice(0, 50)
    .map(({ path, message }) => `assets.yaml at ${path.join('.')}: ${message}`);
  return { kind: 'problems', problems };
}

/** Only a file that is certainly absent leaves the switch off; one that cannot be looked at turns it on. */
function killSwitchOf(path: string | null): () => Promise<boolean> {
  if (path === null) return () => Promise.resolve(false);
  return async () => {
    try {
      await lstat(path);
      return true;
    } catch (error) {
      return codeOf(error) !== 'ENOENT';
    }
  };
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error
    ? String(error.code)
    : 'unknown error';
}

function problem(text: string): Problems {
  return { kind: 'problems', problems: [text] };
}
