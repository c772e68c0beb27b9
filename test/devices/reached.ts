/** A lab's SSH server as cordon.yaml names it. */
import type { Keep } from '../../client/playground/settings.ts';
import type { JsonObject } from '../../workflows/language/json.ts';
import type { Sshd } from './lab.ts';

export function reached(sshd: Sshd, name: string, keep: Keep): JsonObject {
  const vault = { values: new Map<string, string>(), keep: (value: string) => keep(name, value) };
  const { host, port, user, hostKey, credential, stateFolder } = sshd.target(vault);
  return {
    host,
    port,
    user,
    host_key: hostKey,
    key: credential.reference,
    ...(stateFolder === undefined ? {} : { state_folder: stateFolder }),
  };
}
