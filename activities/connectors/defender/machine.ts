/** Which machine is meant. */
import type { Defender, Got } from './client.ts';
import { PROVIDER } from './config.ts';

/** Defender's own id is taken as it is; anything else is a host name, which must belong to just one machine. */
export async function findMachine(defender: Defender, device: string): Promise<Got<string>> {
  if (/^[0-9a-f]{40}$/.test(device)) {
    const machine = await defender.get(`machines/${device}`);
    if (machine.kind !== 'got') return machine;
    return machine.value === null ? notOne(device, 0) : { kind: 'got', value: device };
  }
  const filter = encodeURIComponent(`computerDnsName eq '${device.toLowerCase().replaceAll("'", "''")}'`);
  const found = await defender.list(`machines?$filter=${filter}`);
  if (found.kind !== 'got') return found;
  const [only, ...others] = found.value;
  const id = only?.['id'];
  if (typeof id !== 'string' || others.length > 0) return notOne(device, found.value.length);
  return { kind: 'got', value: id };
}

function notOne(device: string, count: number): Got<never> {
  const message =
    count === 0
      ? `${PROVIDER} knows no machine ${device}; check its name, or use its machine id`
      : `${PROVIDER} knows ${count} machines called ${device}; name the machine id instead`;
  return { kind: 'refused', fault: { code: `${PROVIDER}_machine`, message } };
}
