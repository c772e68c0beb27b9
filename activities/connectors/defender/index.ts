/** Microsoft Defender for Endpoint: machine actions and indicators. */
import type { EgressSettings } from '../../egress/egress.ts';
import type { EvidenceArchive } from '../../evidence/store.ts';
import type { CallContext, Connector } from '../connector.ts';
import { performanceOf } from '../deed.ts';
import { createTokens } from '../entra/token.ts';
import type { At } from './at.ts';
import { createDefender as createClient } from './client.ts';
import { PROVIDER, reachOf, type DefenderConfig } from './config.ts';
import { blockIndicators, undoBlocking } from './indicators.ts';
import { isolateEndpoint, ISOLATE_SCOPES, releaseEndpoint, undoTurn } from './isolation.ts';
import { collectInvestigationPackage } from './package.ts';
import { stopAndQuarantineFile } from './quarantine.ts';

export type { DefenderConfig } from './config.ts';

/** One tenant. Nothing is contacted and no library loaded before the first call. Throws for an unsafe origin. */
export function createDefender(
  config: DefenderConfig,
  evidence: EvidenceArchive,
  settings?: EgressSettings,
): Connector {
  const reach = reachOf(config, settings);
  const tokens = createTokens(reach.application);
  const bind =
    (scopes: readonly string[]) =>
    (call: CallContext): At => ({
      defender: createClient(reach, tokens, scopes, call),
      reach,
      evidence,
      call,
    });
  const isolating = bind(ISOLATE_SCOPES);
  const blocking = bind(blockIndicators.scopes);
  return {
    name: PROVIDER,
    // 100 requests a minute for each action; a call makes two or more.
    perSecond: 0.8,
    performs: Object.fromEntries([
      performanceOf({ ...isolateEndpoint, undo: undoTurn(true, isolating) }, isolating),
      performanceOf({ ...releaseEndpoint, undo: undoTurn(false, isolating) }, isolating),
      performanceOf(collectInvestigationPackage, bind(collectInvestigationPackage.scopes)),
      performanceOf(stopAndQuarantineFile, bind(stopAndQuarantineFile.scopes)),
      performanceOf({ ...blockIndicators, undo: undoBlocking(blocking) }, blocking),
    ]),
  };
}
