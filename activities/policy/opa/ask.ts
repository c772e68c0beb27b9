/** One POST to OPA: a fixed place, one deadline for all of it, a cap on what comes back, no redirects. */
import { request as send } from 'node:http';
import type { RequestOptions } from 'node:http';

/** Where OPA listens: a loopback address or a socket in the file system, and the one path that is asked. */
export type OpaAddress =
  | { readonly kind: 'loopback'; readonly host: string; readonly port: number; readonly path: string }
  | { readonly kind: 'socket'; readonly socketPath: string; readonly path: string };

export type OpaAnswer =
  { readonly kind: 'body'; readonly text: string } | { readonly kind: 'problem'; readonly problem: string };

const LARGEST_ANSWER = 256 * 1024;

/** `provenance` names the bundle that spoke; strict errors turn a failing built-in into a failure instead of silence. */
const QUERY = '?provenance=true&strict-builtin-errors=true';

/**
 * `http://127.0.0.1:8181/v1/data/cordon/verdict` or `unix:/run/opa.sock:/v1/data/cordon/verdict`. Null for anything
 * else: an engine on another machine would be one that others can speak for.
 */
export function opaAddress(url: string): OpaAddress | null {
  const socket = /^unix:(\/[^\0:?#]+):(\/v1\/data\/[A-Za-z0-9_/]+)$/.exec(url);
  const [, socketPath, socketQuery] = socket ?? [];
  if (socketPath !== undefined && socketQuery !== undefined)
    return { kind: 'socket', socketPath, path: socketQuery };
  const parsed = URL.parse(url);
  if (parsed?.protocol !== 'http:' || parsed.username !== '' || parsed.password !== '') return null;
  if (!['127.0.0.1', '[::1]'].includes(parsed.hostname) || parsed.search !== '' || parsed.hash !== '')
    return null;
  if (!/^\/v1\/data\/[A-Za-z0-9_/]+$/.test(parsed.pathname)) return null;
  const host = parsed.hostname.replace(/[[\]]/g, '');
  return { kind: 'loopback', host, port: Number(parsed.port || 80), path: parsed.pathname };
}

/** Never rejects. */
export function ask(address: OpaAddress, body: object, timeoutMs: number): Promise<OpaAnswer> {
  const text = JSON.stringify(body);
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const fail = (problem: string): void => resolve({ kind: 'problem', problem });
    const asking = send({ ...place(address), signal, ...options(text) }, (answer) => {
      if (answer.statusCode !== 200) {
        answer.destroy();
        return fail(`OPA answered with status ${answer.statusCode ?? 'none'}`);
      }
      const parts: Buffer[] = [];
      let size = 0;
      answer.on('data', (part: Buffer) => {
        size += part.length;
        parts.push(part);
        if (size > LARGEST_ANSWER) answer.destroy(new Error('too much'));
      });
      answer.on('end', () => resolve({ kind: 'body', text: Buffer.concat(parts).toString('utf8') }));
      answer.on('error', () =>
        fail(
          size > LARGEST_ANSWER
            ? `OPA answered more than ${LARGEST_ANSWER} bytes`
            : brokenOff(signal, timeoutMs),
        ),
      );
    });
    asking.on('error', () => fail(brokenOff(signal, timeoutMs)));
    asking.end(text);
  });
}

function brokenOff(signal: AbortSignal, timeoutMs: number): string {
  return signal.aborted ? `OPA did not answer within ${timeoutMs} ms` : 'OPA cannot be reached';
}

function place(address: OpaAddress): RequestOptions {
  const path = `${address.path}${QUERY}`;
  return address.kind === 'socket'
    ? { socketPath: address.socketPath, path }
    : { host: address.host, port: address.port, path };
}

function options(text: string): RequestOptions {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
    maxHeaderSize: 16 * 1024,
  };
}
