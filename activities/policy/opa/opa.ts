/**
 * Open Policy Agent, asked over HTTP at one fixed, configured place on this machine. Nothing of a request ever gets
 * into the path. Whatever is not exactly our contract's answer is a deny.
 */
import { settled } from '../consent.ts';
import { errorVerdict } from '../engine.ts';
import type { PolicyEngine, PolicyRequest, PolicySetId } from '../engine.ts';
import { faultOfRequest } from '../request-bounds.ts';
import { digestOf } from '../set-files.ts';
import { strongest, type TargetDecision } from '../strongest.ts';
import { readAnswer } from './answer.ts';
import { ask, type OpaAddress } from './ask.ts';
import { inputFor } from './input.ts';

export interface OpaSettings {
  readonly address: OpaAddress;
  readonly timeoutMs: number;
}

const ENGINE = 'opa';
/** Of policies that OPA read from files: without a bundle nobody can tell one state of them from another. */
const NO_REVISION = 'none';

/** Asks target by target; one answer that cannot be used denies the whole task. */
export function createOpaEngine(set: PolicySetId, { address, timeoutMs }: OpaSettings): PolicyEngine {
  return {
    set,
    async decide(request) {
      const fault = faultOfRequest(request);
      if (fault !== null) return errorVerdict(ENGINE, set, [fault]);
      const decisions: TargetDecision[] = [];
      const revisions = new Set<string>();
      for (const target of request.targets) {
        const { decision, revision } = await decideTarget(request, target, address, timeoutMs);
        decisions.push(decision);
        revisions.add(revision);
        // It can only get stricter, and nothing is stricter than this.
        if (decision.errors.length > 0) break;
      }
      if (revisions.size > 1)
        return errorVerdict(ENGINE, set, [
          'the policies changed while the targets were asked about; ask again',
        ]);
      const [revision = NO_REVISION] = revisions;
      const spoke = {
        ...set,
        digest: revision === NO_REVISION ? set.digest : digestOf(`${set.digest} ${revision}`),
      };
      return settled(strongest(decisions, `${ENGINE} (revision ${revision})`, spoke), request);
    },
  };
}

async function decideTarget(
  request: PolicyRequest,
  target: PolicyRequest['targets'][number],
  address: OpaAddress,
  timeoutMs: number,
): Promise<{ readonly decision: TargetDecision; readonly revision: string }> {
  const answer = await ask(address, { input: inputFor(request, target) }, timeoutMs);
  const read = answer.kind === 'body' ? readAnswer(answer.text) : answer;
  if (read.kind === 'decision') return read;
  return {
    decision: { effect: 'deny', rules: [], obligations: [], errors: [read.problem] },
    revision: 'none',
  };
}
