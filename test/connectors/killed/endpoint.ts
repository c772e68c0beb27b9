/** The actions on an endpoint that an intruder is in. */
import { compromisedHost, hostMachine } from '../../../simulators/device/host.ts';
import { openDevice, type DevicePlace } from './devices.ts';
import type { Subject } from './family.ts';
import type { Action } from './action.ts';

const connector = 'endpoint';
const DEVICE = 'host-0042';
const NOW = 1_780_000_000;

function open(): Promise<DevicePlace> {
  const host = compromisedHost(DEVICE, NOW);
  const reached = { files: ['/etc/passwd'], logs: ['/var/log/auth.log'] };
  return openDevice(
    hostMachine(host),
    () => [...host.processes.keys()],
    (ssh) => ({ endpoint: { devices: { [DEVICE]: { ssh, ...reached } } } }),
  );
}

const processes = [
  { pid: 4711, start_time: NOW - 600, path: '/tmp/.x/kworkerd' },
  { pid: 4712, start_time: NOW - 500, path: '/usr/bin/bash' },
];

const actions: readonly Action<DevicePlace>[] = [
  {
    connector,
    type: 'TerminateProcesses',
    effects: 2,
    changes: ' end',
    input: () => ({ device_id: DEVICE, process_ids: processes.map(({ pid }) => pid), processes }),
  },
  {
    connector,
    type: 'DetectAnomaly',
    effects: 0,
    input: () => ({ device_id: DEVICE, osquery_log: '/var/log/osquery' }),
  },
  {
    connector,
    type: 'CollectForensics',
    effects: 0,
    input: () => ({ device_id: DEVICE, case_id: 'CASE-1', artifacts: ['memory', 'disk', 'logs'] }),
  },
  // It hands over to a person, and speaks to nobody else.
  {
    connector,
    type: 'RevokeCredentials',
    effects: 0,
    local: true,
    input: () => ({ device_id: DEVICE, credential_types: ['oauth', 'vpn'] }),
  },
];

export const endpoint: readonly Subject<DevicePlace>[] = actions.map((action) => ({ action, open }));
