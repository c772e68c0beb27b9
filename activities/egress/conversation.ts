/**
 * One request and its answer on a connection of its own.
 *
 * The answer is taken as it arrives and the connection is never told to wait: undici fails an assertion, and
 * with it the process, when a server closes a connection that is being held back. So whoever takes the bytes
 * must take them at once, and too many of them end the exchange instead of filling memory.
 */
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';

export interface Wire {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | Readable;
  readonly signal: AbortSignal;
  /** Of the body as it comes over the wire. */
  readonly mostBytes: number;
  /** Takes the body's bytes at once and without keeping `chunk`; what it throws ends the exchange. */
  readonly take: (chunk: Buffer, status: number) => void;
}

export interface Head {
  readonly status: number;
  readonly headers: Headers;
  /** The body went beyond `mostBytes`, and the connection was closed. */
  readonly cut: boolean;
}

/** Resolves when the body has ended, or was cut. Rejects with the signal's reason, with `EGRESS_NOT_SENT`, or as the connection fails. */
export function converse(dispatcher: Dispatcher, wire: Wire): Promise<Head> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | null = null;
    let head: Omit<Head, 'cut'> | null = null;
    let size = 0;
    const stop = () => {
      // Until the request starts, not one byte of it has left.
      reject(controller === null ? NOT_SENT : (wire.signal.reason as Error));
      controller?.abort(STOPPED);
    };
    wire.signal.addEventListener('abort', stop, { once: true });
    const settled = () => wire.signal.removeEventListener('abort', stop);
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(started) {
        controller = started;
        if (wire.signal.aborted) started.abort(STOPPED);
      },
      onResponseStart(_controller, status, headers) {
        // Interim answers (1xx) come before the one that counts.
        if (status >= 200) head = { status, headers: headersOf(headers) };
      },
      onResponseData(answering, chunk) {
        size += chunk.byteLength;
        try {
          if (size <= wire.mostBytes) return wire.take(chunk, head?.status ?? 0);
        } catch (error) {
          reject(error);
        }
        if (head !== null) resolve({ ...head, cut: true });
        answering.abort(STOPPED);
      },
      onResponseEnd() {
        settled();
        if (head === null) reject(new Error('an answer ended that had not begun'));
        else resolve({ ...head, cut: false });
      },
      onResponseError(_controller, error) {
        settled();
        reject(error);
      },
    };
    if (wire.signal.aborted) return stop();
    try {
      dispatcher.dispatch(
        {
          origin: wire.url.origin,
          path: `${wire.url.pathname}${wire.url.search}`,
          method: wire.method,
          headers: wire.headers,
          ...(wire.body === undefined ? {} : { body: wire.body }),
        },
        handler,
      );
    } catch (error) {
      settled();
      reject(error);
    }
  });
}

const NOT_SENT = Object.assign(new Error('the exchange was ended before anything was sent'), {
  code: 'EGRESS_NOT_SENT',
});
const STOPPED = Object.assign(new Error('the exchange was ended here'), { code: 'EGRESS_STOPPED' });

function headersOf(raw: Readonly<Record<string, string | string[] | undefined>>): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(raw))
    for (const one of [value ?? []].flat()) headers.append(name, one);
  return headers;
}
