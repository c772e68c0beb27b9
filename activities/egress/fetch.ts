/** The way out in the shape of `fetch`, for libraries that take one. */
import { USUAL_MOST_BYTES, type Egress } from './egress.ts';

export interface FetchBounds {
  /** Ends every request, whatever signal the library passes. */
  readonly signal: AbortSignal;
  readonly mostBytes?: number;
  readonly deadlineMs?: number;
}

/** An answer whose body could not be used rejects; its `code` says why. */
export class UnusableBody extends Error {
  readonly code: 'answer_too_large' | 'answer_encoding';

  constructor(why: 'too_large' | 'encoding') {
    super(`the answer's body cannot be used (${why})`);
    this.name = 'UnusableBody';
    this.code = `answer_${why}`;
  }
}

export function fetchThrough(egress: Egress, bounds: FetchBounds): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const content = request.body === null ? null : new Uint8Array(await request.arrayBuffer());
    const received = await egress.send({
      method: request.method,
      url: request.url,
      headers: Object.fromEntries(request.headers),
      ...(content === null ? {} : { body: content }),
      signal: AbortSignal.any([bounds.signal, request.signal]),
      mostBytes: bounds.mostBytes ?? USUAL_MOST_BYTES,
      ...(bounds.deadlineMs === undefined ? {} : { deadlineMs: bounds.deadlineMs }),
    });
    if (received.body.kind === 'unreadable') throw new UnusableBody(received.body.why);
    const { status, headers } = received;
    // The body is decoded already, and its length is another now.
    headers.delete('content-encoding');
    headers.delete('content-length');
    const { bytes } = received.body;
    return new Response(bytes.byteLength === 0 ? null : new Uint8Array(bytes), { status, headers });
  };
}
