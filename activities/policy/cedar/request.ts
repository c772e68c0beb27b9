/** A policy request in Cedar's words. `cordon.cedarschema` declares the other half of this contract. */
import type { Context, EntityJson, TypeAndId } from '@cedar-policy/cedar-wasm/nodejs';
import type { Asset, AssetKind } from '../assets.ts';
import type { PolicyRequest } from '../engine.ts';

/** Only what the question is about crosses into the engine: its speed falls with every entity sent. */
export interface CedarRequest {
  readonly principal: TypeAndId;
  readonly action: TypeAndId;
  readonly resource: TypeAndId;
  readonly context: Context;
  readonly entities: EntityJson[];
}

/** Everything in a context is short by nature; what is longer is an attack or a bug. */
const LARGEST_CONTEXT_BYTES = 64 * 1024;

export const ENTITY_TYPES: { readonly [kind in AssetKind]: string } = {
  account: 'Account',
  device: 'Device',
  router: 'Router',
  service: 'Service',
};

/** Approvals are passed in counted, so that an engine can also ask what more of them would change. */
export function cedarRequest(request: PolicyRequest, asset: Asset, approvals: number): CedarRequest {
  const resource = { type: ENTITY_TYPES[asset.kind], id: asset.id };
  return {
    principal: { type: 'Playbook', id: request.playbook },
    action: { type: 'Action', id: request.type },
    resource,
    context: {
      task: request.task,
      caseId: request.caseId,
      connector: request.connector,
      requestedBy: request.requestedBy,
      severity: { __entity: { type: 'Severity', id: request.severity } },
      reversibility: { __entity: { type: 'Reversibility', id: request.reversibility } },
      mode: { __entity: { type: 'Mode', id: request.mode } },
      targets: request.targets.length,
      approvals,
    },
    entities: [
      { uid: resource, attrs: { provider: asset.provider, protected: asset.protected }, parents: [] },
    ],
  };
}

/** Checked before anything is handed to the engine. Null: fit. */
export function faultOfRequest(request: PolicyRequest): string | null {
  const { task, type, connector, playbook, caseId, requestedBy } = request;
  let bytes = 0;
  for (const text of [task, type, connector, playbook, caseId, requestedBy]) bytes += Buffer.byteLength(text);
  if (bytes > LARGEST_CONTEXT_BYTES)
    return `the request holds ${bytes} bytes; ${LARGEST_CONTEXT_BYTES} are allowed`;
  return request.targets.length === 0 ? 'the request names no target' : null;
}
