/** Ending a file's processes and moving it out of reach. The processes cannot be brought back. */
import { StopAndQuarantineFile } from '../../catalogue/edr.ts';
import type { Deed } from '../deed.ts';
import { carryOut } from './action.ts';
import type { At } from './at.ts';
import { findMachine } from './machine.ts';

export const stopAndQuarantineFile: Deed<At, typeof StopAndQuarantineFile> = {
  contract: StopAndQuarantineFile,
  reversibility: 'C',
  repeat: 'marker',
  timeoutMs: 15 * 60_000,
  scopes: ['Machine.StopAndQuarantine', 'Machine.Read.All'],
  async perform({ device_id, sha1, comment }, { defender, reach, call }) {
    const machine = await findMachine(defender, device_id);
    if (machine.kind !== 'got') return machine;
    const body = { Comment: comment, Sha1: sha1 };
    const order = {
      machine: machine.value,
      type: 'StopAndQuarantineFile',
      verb: 'StopAndQuarantineFile',
      body,
    } as const;
    const finished = await carryOut(defender, order, call, reach.pollMs);
    if (finished.kind !== 'got') return finished;
    return {
      kind: 'done',
      output: { machine_id: machine.value, action_id: finished.value.id, quarantined: true },
    };
  },
};
