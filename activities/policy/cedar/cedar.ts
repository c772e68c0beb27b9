/** The embedded engine, and the default: Cedar. Default deny, forbid wins, schema mandatory, errors deny. */
import { errorVerdict } from '../engine.ts';
import type { PolicyEngine, PolicySetId } from '../engine.ts';
import { activate } from './activate.ts';
import { createDecider } from './ask.ts';
import type { Decider } from './ask.ts';
import { createInstance } from './instance.ts';
import type { Cedar } from './instance.ts';
import { faultOfRequest } from './request.ts';
import type { PolicyText } from './rule.ts';
import { decideTarget, strongest } from './verdict.ts';

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

/** Opens an engine over a set that parses and passes strict validation; anything else is refused as problems. */
export function createCedarEngine(sources: CedarSources): CedarOpened {
  const instantiate = sources.instantiate ?? createInstance;
  const activation = activate(instantiate, sources.schema, sources.policies);
  if (activation.kind === 'problems') return activation;
  let instance = instantiate();
  let decider: Decider | null = createDecider(instance, activation.set);
  const engine = `cedar ${instance.getCedarVersion()} (language ${instance.getCedarLangVersion()})`;
  return {
    kind: 'engine',
    engine: {
      set: sources.set,
      async decide(request) {
        const fault = faultOfRequest(request);
        if (fault !== null) return errorVerdict(engine, sources.set, [fault]);
        try {
          if (decider === null) {
            instance = instantiate();
            decider = createDecider(instance, activation.set);
          }
          const loaded = decider;
          const decisions = request.targets.map((asset) => decideTarget(loaded, request, asset));
          return strongest(decisions, engine, sources.set);
        } catch {
          // A throw leaves the instance unusable for good. The next question gets a fresh one.
          decider = null;
          return errorVerdict(engine, sources.set, ['the engine threw and was restarted']);
        }
      },
    },
  };
}
