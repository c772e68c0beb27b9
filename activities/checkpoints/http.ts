/** One POST to a place that is not ours: bounded in time and size, and never led elsewhere. */
import { codeOfError } from './disk.ts';

export type Answered =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly type: string;
      readonly bytes: Buffer;
      readonly body: string;
    }
  | { readonly kind: 'unreached'; readonly reason: string };

export interface Posting {
  readonly type: string;
  readonly body: Uint8Array;
  readonly signal: AbortSignal;
}

const MAX_ANSWER = 256 * 1024;

export async function requested(url: string, { type, body, signal }: Posting): Promise<Answered> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': type },
      body: Buffer.from(body),
      redirect: 'error',
      signal,
    });
    const bytes = await bounded(response);
    if (bytes === null) return { kind: 'unreached', reason: 'it answers with more than anybody needs' };
    const answered = response.headers.get('content-type') ?? '';
    return { kind: 'answer', status: response.status, type: answered, bytes, body: bytes.toString('utf8') };
  } catch (error) {
    return { kind: 'unreached', reason: reasonOf(error) };
  }
}

async function bounded(response: Response): Promise<Buffer | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_ANSWER) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** `fetch` says only that it failed; why is one or two causes below. */
function reasonOf(error: unknown): string {
  if (error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError'))
    return 'it did not answer in time';
  const cause = error instanceof Error ? error.cause : undefined;
  const code = codeOfError(cause);
  return code === 'unknown error' ? 'it cannot be reached' : `it cannot be reached (${code})`;
}
