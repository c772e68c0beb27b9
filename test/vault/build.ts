/** The vault that the tests talk to, built from `server/main.go` with the modules that `server/go.sum` names. */
import { join } from 'node:path';
import { ownSurroundings } from '../../client/server/find.ts';
import { goProgram } from '../go-program.ts';

const VERSION = '1.21.0';

export function buildVault(): Promise<string> {
  return goProgram(
    {
      folder: `vault-server-${VERSION}`,
      name: 'vault-server',
      what: `building Vault ${VERSION} with go build (four minutes on two cores, once)`,
      args: (staging) => ['build', '-o', join(staging, 'vault-server'), '.'],
      made: 'vault-server',
      cwd: join(import.meta.dirname, 'server'),
    },
    ownSurroundings(),
  );
}
