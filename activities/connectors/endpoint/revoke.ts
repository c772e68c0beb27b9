/**
 * What a device can still sign in with lies with identity providers, certificate authorities and VPN gateways,
 * none of which this connector holds. So a person is told exactly what to revoke, and the task waits for them.
 */
import { RevokeCredentials } from '../../catalogue/device.ts';
import type { Deed } from '../deed.ts';
import { deviceOf, type At } from './device.ts';

const WHERE = {
  oauth: 'at the identity provider: revoke the refresh tokens and sessions issued to the device',
  certificates:
    'at the certificate authority: revoke its machine and user certificates and publish the revocation list',
  vpn: 'at the VPN gateway: remove its key or profile and end its sessions',
} as const;

export const revokeCredentials: Deed<At, typeof RevokeCredentials> = {
  contract: RevokeCredentials,
  reversibility: 'none',
  repeat: 'natural',
  timeoutMs: 10_000,
  scopes: [],
  async perform({ device_id, credential_types }, { config }) {
    const device = deviceOf(config, device_id);
    if (device.kind !== 'got') return device;
    const types = [...new Set(credential_types)];
    return {
      kind: 'action_required',
      instructions: `Revoke what ${device_id} can sign in with, ${types.map((one) => WHERE[one]).join('; ')}. Then confirm.`,
      // Nobody counts for us.
      onceDone: { revoked: types.map((type) => ({ type, count: null })) },
    };
  },
};
