/**
 * The one place where bytes leave for Google. Every request, also the client's own request for a token,
 * ends with the call, stays where it was sent and has a bounded answer.
 */

/** Written into google-auth-library; requests to it go to the configured endpoint instead. */
const TOKEN_URL = 'https://oauth2.googleapis.com/token';

/** An account has at most 1,000 filters and a reports page 1,000 events; both stay far below. */
const LARGEST_ANSWER = 16 * 1024 * 1024;

/** Carries a code only: what fetch throws may quote the address and the headers. */
export class RequestFailed extends Error {
  readonly code: string;

  constructor(code: string) {
    super(`the request failed (${code})`);
    this.name = 'RequestFailed';
    this.code = code;
  }
}

export function createTransport(tokenUrl: string | undefined, signal: AbortSignal): typeof fetch {
  return async (input, init) => {
    const address = input instanceof Request ? input.url : String(input);
    try {
      const response = await fetch(address === TOKEN_URL ? (tokenUrl ?? TOKEN_URL) : address, {
        ...(init?.method === undefined ? {} : { method: init.method }),
        ...(init?.headers === undefined ? {} : { headers: init.headers }),
        ...(init?.body === undefined ? {} : { body: init.body }),
        // A redirect is an answer like any other: credentials never follow it.
        redirect: 'manual',
        signal,
      });
      return await bounded(response);
    } catch (error) {
      if (error instanceof RequestFailed) throw error;
      throw new RequestFailed(signal.aborted ? 'timeout' : codeOf(error));
    }
  };
}

async function bounded(response: Response): Promise<Response> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += part.byteLength;
    if (size > LARGEST_ANSWER) throw new RequestFailed('answer_too_large');
    parts.push(part);
  }
  const body = size === 0 ? null : Buffer.concat(parts);
  return new Response(body, { status: response.status, headers: response.headers });
}

/** fetch wraps the socket's error once; its code is what tells whether anything was sent. */
function codeOf(error: unknown): string {
  for (let at = error, depth = 0; typeof at === 'object' && at !== null && depth < 8; depth += 1) {
    const { code, cause } = at as { readonly code?: unknown; readonly cause?: unknown };
    if (typeof code === 'string' && /^[A-Z0-9_]{1,64}$/.test(code)) return code;
    at = cause;
  }
  return 'network_error';
}
