/** A real Unbound that knows one address of its own. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from './lab.ts';
import { freePort, startSshServer, type SshServer } from './ssh-server.ts';

export interface RealResolver extends SshServer {
  /** Its configuration, which `unbound-control` reads too. */
  readonly file: string;
  /** Status and address, as `dig` prints them. */
  answer(name: string): Promise<string>;
  control(verb: string): Promise<string>;
}

/** `www` below the domain is 192.0.2.66. */
export async function startResolver(lab: Lab, domain: string): Promise<RealResolver> {
  const at = lab.folder('unbound');
  const port = await freePort();
  const file = join(at, 'unbound.conf');
  writeFileSync(
    file,
    `server:
  interface: 127.0.0.1
  port: ${port}
  username: ""
  chroot: ""
  directory: "${at}"
  pidfile: ""
  use-syslog: no
  module-config: "iterator"
  local-zone: "${domain}" transparent
  local-data: "www.${domain} A 192.0.2.66"
remote-control:
  control-enable: yes
  control-interface: ${at}/control
`,
  );
  lab.keep('unbound', ['-d', '-c', file]);
  const answer = async (name: string): Promise<string> => {
    const asked = [name, 'A', '+time=2', '+tries=1'];
    const said = await lab.run('dig', ['@127.0.0.1', '-p', String(port), ...asked]);
    return `${/status: (\w+)/.exec(said)?.[1] ?? ''} ${/\d+\s+IN\s+A\s+(\S+)/.exec(said)?.[1] ?? ''}`.trim();
  };
  const control = (verb: string): Promise<string> => lab.run('unbound-control', ['-c', file, verb]);
  await lab.until('the resolver', () => lab.succeeds('unbound-control', ['-c', file, 'status']));
  return { ...(await startSshServer(lab, 'resolver')), file, answer, control };
}
