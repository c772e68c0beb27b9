/** The embedded engine, and the default: Cedar. Default deny, forbid wins, schema mandatory, errors deny. */
import { settled } from '../consent.ts';
import { errorVerdict } from '../engine.ts';
import type { PolicyEngine, PolicySetId } from '../engine.ts';
import { faultOfRequest } from '../request-bounds.ts';
import { strongest } from '../strongest.ts';
import { activate } from './activate.ts';
import { createDecider } from './ask.ts';
import type { Decider } from './ask.ts';
import { createInstance } from './instance.ts';
import type { Cedar } from './instance.ts';
import type { PolicyText, RuleSet } from './rule.ts';
import { decideTarget } from './verdict.ts';

export interface CedarSources {
  readonly schema: PolicyText;
  readonly policies: readonly PolicyText[];
  readonly set: PolicySetId;
  /** Where instances come from; one is thrown away at activation and after every throw. */
  readonly instantiate?: () => Cedar;
}

export type CedarOpened =
  | { readonly kind: 'engine'; readonly engine: PolicyEngine }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

/** Tries the set in this thread, then opens it. Only for sets that are trusted not to take the thread down. */
export function createCedarEngine(sources: CedarSources): CedarOpened {
  const instantiate = sources.instantiate ?? createInstance;
  const activation = activate(instantiate, sources.schema, sources.policies);
  if (activation.kind === 'problems') return activation;
  return { kind: 'engine', engine: openCedarEngine(activation.set, sources.set, instantiate) };
}

/** Over a set that was tried before. */
export function openCedarEngine(
  rules: RuleSet,
  set: PolicySetId,
  instantiate: () => Cedar = createInstance,
): PolicyEngine {
  let instance = instantiate();
  let decider: Decider | null = createDecider(instance, rules);
  const engine = `cedar ${instance.getCedarVersion()} (language ${instance.getCedarLangVersion()})`;
  return {
    set,
    async decide(request) {
      const fault = faultOfRequest(request);
      if (fault !== null) return errorVerdict(engine, set, [fault]);
      try {
        if (decider === null) {
          instance = instantiate();
          decider = createDecider(instance, rules);
        }
        const loaded = decider;
        const decisions = request.targets.map((asset) => decideTarget(loaded, request, asset));
        return settled(strongest(decisions, engine, set), request);
      } catch {
        // A throw leaves the instance unusable for good. The next question gets a fresh one.
        decider = null;
        return errorVerdict(engine, set, ['the engine threw and was restarted']);
      }
    },
  };
}
