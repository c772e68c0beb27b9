/** A time-stamping authority: the real `openssl ts`, behind an HTTP server of the test. */
import { execFile, execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

export function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export type KeyKind = 'ec' | 'rsa';

export interface Authority {
  readonly url: string;
  readonly certificate: X509Certificate;
  /** Its certificate as a file. */
  readonly file: string;
  /** What it answers is put through this. */
  tamper: (answer: Buffer) => Buffer;
  /** Answers this instead of asking openssl again. */
  readonly answers: Buffer[];
  close(): Promise<void>;
}

const CONFIG = (folder: string, digest: string): string => `
[ tsa ]
default_tsa = one
[ one ]
serial = ${folder}/serial
crypto_device = builtin
signer_cert = ${folder}/cert.pem
signer_key = ${folder}/key.pem
signer_digest = ${digest}
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = yes
ess_cert_id_alg = sha256
`;

export async function startAuthority(
  folder: string,
  kind: KeyKind = 'ec',
  { digest = 'sha256', usage = 'critical,timeStamping' }: { digest?: string; usage?: string } = {},
): Promise<Authority> {
  const newKey =
    kind === 'ec' ? ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'] : ['-newkey', 'rsa:2048'];
  const file = join(folder, 'cert.pem');
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      ...newKey,
      '-nodes',
      '-keyout',
      join(folder, 'key.pem'),
      '-out',
      file,
      '-days',
      '2',
      '-subj',
      '/CN=test authority',
      '-addext',
      `extendedKeyUsage=${usage}`,
    ],
    { stdio: 'ignore' },
  );
  writeFileSync(join(folder, 'serial'), '01\n');
  writeFileSync(join(folder, 'tsa.cnf'), CONFIG(folder, digest));
  const answers: Buffer[] = [];
  let count = 0;
  const stamp = async (query: Buffer): Promise<Buffer> => {
    const [input, output] = [join(folder, `${(count += 1)}.tsq`), join(folder, `${count}.tsr`)];
    writeFileSync(input, query);
    await promisify(execFile)('openssl', [
      'ts',
      '-reply',
      '-config',
      join(folder, 'tsa.cnf'),
      '-queryfile',
      input,
      '-out',
      output,
    ]);
    return readFileSync(output);
  };
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const answer = answers.shift() ?? authority.tamper(await stamp(Buffer.concat(chunks)));
      response.writeHead(200, { 'content-type': 'application/timestamp-reply' });
      response.end(answer);
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const authority: Authority = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/tsr`,
    certificate: new X509Certificate(readFileSync(file)),
    file,
    tamper: (answer) => answer,
    answers,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return authority;
}
