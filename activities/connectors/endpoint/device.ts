/** What every performance of this connector is given, and how it finds its device. */
import type { EvidenceStore } from '../../evidence/store.ts';
import { assetTarget } from '../../catalogue/values.ts';
import type { CallContext } from '../connector.ts';
import { got, refused, type Got } from '../ssh/failure.ts';
import type { Endpoint, EndpointConfig } from './config.ts';
import type { Rules } from './rules.ts';

export interface At {
  readonly config: EndpointConfig;
  readonly rules: Rules;
  readonly evidence: EvidenceStore;
  readonly call: CallContext;
}

export function deviceOf({ devices }: EndpointConfig, id: string): Got<Endpoint> {
  const key = assetTarget(id);
  const found = Object.hasOwn(devices, key) ? devices[key] : undefined;
  return found === undefined
    ? refused('device_unknown', `no access to ${id} is configured; add it to connectors.endpoint.devices`)
    : got(found);
}
