/** A look at a request before any engine gets it: what is too large or too deep is refused here. */
import type { PolicyRequest } from './engine.ts';

/** Everything in a request is short by nature; what is longer is an attack or a bug. */
const LARGEST_CONTEXT_BYTES = 64 * 1024;
const MOST_APPROVALS = 1_000;

/** Checked before anything is handed to the engine. Null: fit. */
export function faultOfRequest(request: PolicyRequest): string | null {
  const { targets, reaches, approvals, ...rest } = request;
  const texts = [...Object.values(rest).filter((value) => typeof value === 'string'), ...reaches];
  let bytes = 0;
  for (const text of texts) bytes += Buffer.byteLength(text);
  if (bytes > LARGEST_CONTEXT_BYTES)
    return `the request holds ${bytes} bytes; ${LARGEST_CONTEXT_BYTES} are allowed`;
  if (approvals.length > MOST_APPROVALS) return `more than ${MOST_APPROVALS} approvals`;
  return targets.length === 0 ? 'the request names no target' : null;
}
