/**
 * A small, strict S3: it checks every signature (SigV4), the hash of every body, conditional writes, checksums and
 * object lock, and answers in XML. What it does not know it refuses.
 */
import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StoredObject {
  bytes: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly lockedUntil: number;
}

export interface S3Double {
  readonly url: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly objects: Map<string, StoredObject>;
  /** Statuses that the next requests of this method get instead of an answer. */
  fail(method: string, ...statuses: readonly number[]): void;
  /** Requests, as `METHOD key`. */
  readonly log: string[];
  close(): Promise<void>;
}

interface Arrived {
  readonly method: string;
  readonly url: URL;
  readonly rawPath: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export async function startS3Double(): Promise<S3Double> {
  const double = {
    bucket: 'evidence',
    accessKeyId: 'CORDONTESTKEY',
    secretAccessKey: 'canary-s3-secret-key-62ba',
    objects: new Map<string, StoredObject>(),
    log: [] as string[],
  };
  const failing: { method: string; status: number }[] = [];
  const server = createServer((incoming, response) => {
    void serve(incoming, response);
  });
  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await arrive(incoming);
    const key = decodeURIComponent(request.rawPath.slice(`/${double.bucket}/`.length));
    double.log.push(`${request.method} ${key}`);
    const struck = failing.findIndex(({ method }) => method === request.method);
    const [fault] = struck < 0 ? [] : failing.splice(struck, 1);
    if (fault)
      return refuse(response, fault.status, fault.status === 409 ? 'ConditionalRequestConflict' : 'SlowDown');
    const objection = objectionTo(request, double.secretAccessKey, double.accessKeyId);
    if (objection !== null) return refuse(response, 403, objection);
    answer(double, request, key, response);
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    ...double,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fail: (method, ...statuses) => void failing.push(...statuses.map((status) => ({ method, status }))),
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}

async function arrive(incoming: IncomingMessage): Promise<Arrived> {
  const parts: Buffer[] = [];
  for await (const part of incoming as AsyncIterable<Buffer>) parts.push(part);
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
  );
  const { method = '', url = '/' } = incoming;
  const body = Buffer.concat(parts);
  return { method, url: new URL(url, 'http://s3'), rawPath: url.replace(/\?.*$/, ''), headers, body };
}

function answer(
  { objects, bucket }: Pick<S3Double, 'objects' | 'bucket'>,
  request: Arrived,
  key: string,
  response: ServerResponse,
): void {
  const { method, url, headers, body } = request;
  if (method === 'GET' && url.searchParams.get('list-type') === '2')
    return list(objects, url.searchParams, response);
  if (!request.rawPath.startsWith(`/${bucket}/`)) return refuse(response, 404, 'NoSuchBucket');
  const there = objects.get(key);
  if (method === 'GET') {
    if (there === undefined) return refuse(response, 404, 'NoSuchKey');
    return void response.writeHead(200, { 'content-length': there.bytes.byteLength }).end(there.bytes);
  }
  if (method === 'DELETE') {
    if (there !== undefined && there.lockedUntil > Date.now()) return refuse(response, 403, 'AccessDenied');
    objects.delete(key);
    return void response.writeHead(204).end();
  }
  if (method !== 'PUT') return refuse(response, 501, 'NotImplemented');
  if (there !== undefined && headers['if-none-match'] === '*')
    return refuse(response, 412, 'PreconditionFailed');
  if (there !== undefined && there.lockedUntil > Date.now()) return refuse(response, 403, 'AccessDenied');
  const checksum = headers['x-amz-checksum-sha256'];
  if (checksum !== undefined && checksum !== createHash('sha256').update(body).digest('base64'))
    return refuse(response, 400, 'BadDigest');
  const until = headers['x-amz-object-lock-retain-until-date'];
  objects.set(key, { bytes: body, headers, lockedUntil: until === undefined ? 0 : Date.parse(until) });
  response.writeHead(200, { etag: `"${createHash('md5').update(body).digest('hex')}"` }).end();
}

/** Three to a page, so that paging is always tried. */
const PAGE = 3;

function list(objects: ReadonlyMap<string, unknown>, query: URLSearchParams, response: ServerResponse): void {
  const after = query.get('continuation-token') ?? '';
  const keys = [...objects.keys()]
    .sort()
    .filter((key) => key.startsWith(query.get('prefix') ?? '') && key > after);
  const shown = keys.slice(0, PAGE);
  const more = keys.length > PAGE;
  const contents = shown.map((key) => `<Contents><Key>${key}</Key></Contents>`).join('');
  const next = more ? `<NextContinuationToken>${shown.at(-1)}</NextContinuationToken>` : '';
  xml(
    response,
    200,
    `<ListBucketResult><IsTruncated>${more}</IsTruncated>${next}${contents}</ListBucketResult>`,
  );
}

/** Null when signature, body hash and time are right. */
function objectionTo(request: Arrived, secret: string, keyId: string): string | null {
  const { headers, body, method, url, rawPath } = request;
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      headers['authorization'] ?? '',
    );
  if (match === null) return 'AccessDenied';
  const [, id, day = '', region = '', signed = '', signature] = match;
  if (id !== keyId) return 'InvalidAccessKeyId';
  const bodyHash = createHash('sha256').update(body).digest('hex');
  if (headers['x-amz-content-sha256'] !== bodyHash) return 'XAmzContentSHA256Mismatch';
  const date = headers['x-amz-date'] ?? '';
  if (!signed.split(';').includes('host') || !date.startsWith(day)) return 'AuthorizationHeaderMalformed';
  const query = [...url.searchParams]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
  const canonical = [
    method,
    rawPath,
    query,
    ...signed.split(';').map((name) => `${name}:${(headers[name] ?? '').trim().replaceAll(/ +/g, ' ')}`),
    '',
    signed,
    bodyHash,
  ].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', date, scope, createHash('sha256').update(canonical).digest('hex')].join(
    '\n',
  );
  const key = [day, region, 's3', 'aws4_request'].reduce<string | Buffer>(
    (by, part) => createHmac('sha256', by).update(part).digest(),
    `AWS4${secret}`,
  );
  return createHmac('sha256', key).update(toSign).digest('hex') === signature
    ? null
    : 'SignatureDoesNotMatch';
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function refuse(response: ServerResponse, status: number, code: string): void {
  xml(response, status, `<Error><Code>${code}</Code><Message>refused</Message></Error>`);
}

function xml(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(`<?xml version="1.0" encoding="UTF-8"?>\n${body}`);
}
