/** Places that are devices: each behind its real SSH server, on a line that can be held. */
import type { Machine, Tell } from '../../../simulators/device/machine.ts';
import { startDevice, type SimulatedDevice } from '../../../simulators/device/server.ts';
import type { Json, JsonObject } from '../../../workflows/language/json.ts';
import { holdingDevice, type Place } from './place.ts';
import { startRelay } from './relay.ts';

export interface DevicePlace extends Place {
  readonly device: SimulatedDevice;
}

export async function openDevice(
  machine: (tell: Tell) => Machine,
  state: () => Json,
  section: (ssh: JsonObject) => JsonObject,
): Promise<DevicePlace> {
  const device = await startDevice(machine);
  const relay = await startRelay(device.port);
  const { host, user, hostKey } = device;
  return {
    device,
    settings: (keep) => {
      const key = keep('ssh', device.clientKey);
      return { connectors: section({ host, port: relay.port, user, host_key: hostKey, key }) };
    },
    effects: () => device.effects().length,
    state,
    ...holdingDevice(device, relay),
    async close() {
      await relay.close();
      await device.close();
    },
  };
}
