/** A policy request in Cedar's words. `cordon.cedarschema` declares the other half of this contract. */
import type { Context, EntityJson, TypeAndId } from '@cedar-policy/cedar-wasm/nodejs';
import type { Asset, AssetKind } from '../assets.ts';
import { countedApprovals } from '../consent.ts';
import type { PolicyRequest } from '../engine.ts';

/** Only what the question is about crosses into the engine: its speed falls with every entity sent. */
export interface CedarRequest {
  readonly principal: TypeAndId;
  readonly action: TypeAndId;
  readonly resource: TypeAndId;
  readonly context: Context;
  readonly entities: EntityJson[];
}

export const ENTITY_TYPES: { readonly [kind in AssetKind]: string } = {
  account: 'Account',
  device: 'Device',
  router: 'Router',
  service: 'Service',
};

export function cedarRequest(request: PolicyRequest, asset: Asset): CedarRequest {
  const resource = { type: ENTITY_TYPES[asset.kind], id: asset.id };
  return {
    principal: { type: 'Playbook', id: request.playbook },
    action: { type: 'Action', id: request.type },
    resource,
    context: {
      task: request.task,
      playbookVersion: request.playbookVersion,
      caseId: request.caseId,
      connector: request.connector,
      requestedBy: request.requestedBy,
      severity: { __entity: { type: 'Severity', id: request.severity } },
      reversibility: { __entity: { type: 'Reversibility', id: request.reversibility } },
      mode: { __entity: { type: 'Mode', id: request.mode } },
      targets: request.targets.length,
      approvals: countedApprovals(request).length,
      released: request.released,
      reaches: [...request.reaches],
    },
    entities: [
      { uid: resource, attrs: { provider: asset.provider, protected: asset.protected }, parents: [] },
    ],
  };
}
