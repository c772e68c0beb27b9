/**
 * A double of S3 with object lock, and stricter: it checks every signature (Signature Version 4, computed here by hand),
 * and refuses a PUT without compliance mode, without a retention, or over an object that is there.
 */
import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'a secret of the test' };

export interface ObjectLock {
  readonly url: string;
  readonly objects: Map<string, { readonly body: Buffer; readonly until: Date }>;
  /** Answers the next requests with these codes, without looking. */
  readonly faults: { readonly status: number; readonly code: string }[];
  readonly requests: string[];
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body?: Buffer | string;
}

export async function startObjectLock(region: string): Promise<ObjectLock> {
  const objects: ObjectLock['objects'] = new Map();
  const faults: { readonly status: number; readonly code: string }[] = [];
  const requests: string[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks);
      requests.push(`${request.method} ${request.url}`);
      const fault = faults.shift();
      const { status, body: answer = '' } = fault ? failure(fault.status, fault.code) : handle(request, body);
      response.writeHead(status, { 'content-type': 'application/xml' });
      response.end(answer);
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  function handle(request: IncomingMessage, body: Buffer): Answer {
    if (!isSigned(request, body, region)) return failure(403, 'SignatureDoesNotMatch');
    const key = new URL(request.url ?? '', 'http://x').pathname;
    const found = objects.get(key);
    if (request.method === 'GET')
      return found === undefined ? failure(404, 'NoSuchKey') : { status: 200, body: found.body };
    if (request.method !== 'PUT') return failure(405, 'MethodNotAllowed');
    if (request.headers['x-amz-object-lock-mode'] !== 'COMPLIANCE') return failure(400, 'InvalidRequest');
    const until = new Date(String(request.headers['x-amz-object-lock-retain-until-date']));
    if (!(until.getTime() > Date.now())) return failure(400, 'InvalidRetentionPeriod');
    const hasChecksum = Object.keys(request.headers).some(
      (name) => name === 'content-md5' || name.startsWith('x-amz-checksum-'),
    );
    if (!hasChecksum) return failure(400, 'InvalidRequest');
    if (request.headers['if-none-match'] !== '*') return failure(400, 'InvalidRequest');
    if (found !== undefined) return failure(412, 'PreconditionFailed');
    objects.set(key, { body: unchunked(request, body), until });
    return { status: 200 };
  }
  return {
    url: `http://127.0.0.1:${port}`,
    objects,
    faults,
    requests,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function failure(status: number, code: string): Answer {
  return { status, body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>` };
}

const sha256 = (data: Buffer | string): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: Buffer | string, data: string): Buffer => createHmac('sha256', key).update(data).digest();

/** The canonical request and the derived key of the documentation of Signature Version 4. */
function isSigned(request: IncomingMessage, body: Buffer, region: string): boolean {
  const header = String(request.headers.authorization);
  const [, id, date, signedRegion, names = '', signature] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      header,
    ) ?? [];
  if (id !== CREDENTIALS.accessKeyId || date === undefined || signedRegion !== region) return false;
  const payload = String(request.headers['x-amz-content-sha256']);
  if (/^[0-9a-f]{64}$/.test(payload) && payload !== sha256(body)) return false;
  const url = new URL(request.url ?? '', 'http://x');
  const query = [...url.searchParams]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');
  const headers = names
    .split(';')
    .map((name) => `${name}:${String(request.headers[name]).trim()}\n`)
    .join('');
  const canonical = [request.method, url.pathname, query, headers, names, payload].join('\n');
  const scope = `${date}/${region}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', request.headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const key = hmac(
    hmac(hmac(hmac(`AWS4${CREDENTIALS.secretAccessKey}`, date), region), 's3'),
    'aws4_request',
  );
  return hmac(key, text).toString('hex') === signature;
}

/** The SDK may send a body in signed chunks with a checksum after it. */
function unchunked(request: IncomingMessage, body: Buffer): Buffer {
  if (!(request.headers['content-encoding'] ?? '').includes('aws-chunked')) return body;
  const parts: Buffer[] = [];
  for (let at = 0; ;) {
    const end = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.subarray(at, end).toString().split(';')[0] ?? '', 16);
    if (!(size > 0)) return Buffer.concat(parts);
    parts.push(body.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}
