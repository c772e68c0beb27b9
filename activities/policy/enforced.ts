/**
 * The newest enforced set. Where sets are activated by signature, the files are looked at again before a decision, at
 * most once in a while: what was tightened holds for runs that are under way. Files that are not, or not yet, those
 * that were signed for deny everything until they are.
 */
import { readActivation, objectionTo } from './activation.ts';
import { errorVerdict, type Policy } from './engine.ts';
import { openSet, type OpenedPolicy, type PolicyConfig } from './index.ts';
import { digestOf, problem, readFolder, sourceOf, type Problems } from './set-files.ts';
import type { OpenedSigners } from './signers.ts';

export interface ActivationPlaces {
  /** The activation file. */
  readonly activation: string;
  /** Read anew each time, so that whoever is struck from it signs no more. */
  readonly signers: () => Promise<OpenedSigners>;
}

const LOOK_AGAIN_MS = 1_000;

/** Opens what is activated now; a set that is not is refused as problems. */
export async function openEnforced(
  config: PolicyConfig,
  paths: ActivationPlaces,
  monotonic: () => number = () => performance.now(),
): Promise<OpenedPolicy> {
  const first = await openActivated(config, paths);
  if (first.kind === 'problems') return first;
  let current: Policy = first.engine;
  let denies = false;
  let lookedAt = monotonic();
  let looking: Promise<void> | null = null;

  const look = async (): Promise<void> => {
    const digest = await digestNow(config, paths);
    if (digest === current.set.digest && !denies) return;
    const opened = await openActivated(config, paths);
    denies = opened.kind === 'problems';
    current = opened.kind === 'policy' ? opened.engine : denying(current, opened.problems);
  };
  const newest = async (): Promise<Policy> => {
    if (monotonic() - lookedAt >= LOOK_AGAIN_MS) {
      looking ??= look().finally(() => {
        lookedAt = monotonic();
        looking = null;
      });
      await looking;
    }
    return current;
  };
  const engine: Policy = {
    get set() {
      return current.set;
    },
    get source() {
      return current.source;
    },
    decide: async (question) => (await newest()).decide(question),
    reserve: (question) => current.reserve(question),
    reopen: (source) => first.engine.reopen(source),
  };
  return { ...first, engine };
}

async function openActivated(config: PolicyConfig, paths: ActivationPlaces): Promise<OpenedPolicy> {
  const [read, signers, activation] = await Promise.all([
    readFolder(config.folder),
    paths.signers(),
    readActivation(paths.activation),
  ]);
  if (read.kind === 'problems') return read;
  if (signers.kind === 'problems') return signers;
  if (activation !== null && 'kind' in activation) return activation;
  const objection = objectionTo(activation, digestOf(sourceOf(read.files)), signers.book);
  return objection === null ? openSet(read.files, config) : problem(objection);
}

/** Of the files as they are, while they are what was signed for; otherwise one that no set has. */
async function digestNow(config: PolicyConfig, paths: ActivationPlaces): Promise<string> {
  const [read, activation] = await Promise.all([readFolder(config.folder), readActivation(paths.activation)]);
  if (read.kind === 'problems' || activation === null || 'kind' in activation) return 'unreadable';
  const digest = digestOf(sourceOf(read.files));
  return digest === activation.digest ? digest : 'not activated';
}

function denying(before: Policy, problems: Problems['problems']): Policy {
  return {
    ...before,
    source: null,
    decide: async () => errorVerdict('activation', before.set, [problems[0] ?? 'no policy set is enforced']),
    reserve: () => null,
  };
}
