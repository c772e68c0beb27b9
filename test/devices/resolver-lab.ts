/** A real Unbound that knows one address of its own, and how it answers. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder, freePort, keep, run, succeeds, until, which } from './lab.ts';

export const RESOLVER_PROGRAMS = ['sshd', 'unbound', 'unbound-control', 'dig'] as const;

export interface ResolverLab {
  /** Its configuration, which `unbound-control` reads too. */
  readonly file: string;
  /** Status and address, as `dig` prints them. */
  answer(name: string): string;
}

/** `www` below the domain is 192.0.2.66. */
export async function startResolver(domain: string): Promise<ResolverLab> {
  const at = folder();
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
  keep(which('unbound') ?? 'unbound', ['-d', '-c', file]);
  const answer = (name: string): string => {
    const said = run('dig', ['@127.0.0.1', '-p', String(port), name, 'A', '+time=2', '+tries=1']);
    return `${/status: (\w+)/.exec(said)?.[1] ?? ''} ${/\d+\s+IN\s+A\s+(\S+)/.exec(said)?.[1] ?? ''}`.trim();
  };
  await until('the resolver', () => succeeds('unbound-control', ['-c', file, 'status']));
  return { file, answer };
}
