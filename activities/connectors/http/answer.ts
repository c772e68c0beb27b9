/** What is told of an answer: its status, the headers that were asked for, its JSON within bounds. */
import type { InputOf, OutputOf } from '../../catalogue/task-type.ts';
import type { HttpRequest } from '../../catalogue/http.ts';
import type { Received } from '../../egress/egress.ts';
import { readJson } from '../../egress/json.ts';
import type { EvidenceStore } from '../../evidence/store.ts';
import type { CallContext } from '../connector.ts';

type Input = InputOf<typeof HttpRequest>;
type Output = OutputOf<typeof HttpRequest>;

/** What is larger is kept as evidence: outputs lie in the run's history. */
const LARGEST_JSON = 64 * 1024;

/** Throws an `EvidenceError` where an answer that must be kept cannot be. */
export async function tell(
  input: Input,
  received: Received & { readonly body: { readonly kind: 'bytes' } },
  redact: (text: string) => string,
  evidence: EvidenceStore,
  call: CallContext,
): Promise<Output> {
  const { status } = received;
  const headers = input.return_headers.flatMap((name) => {
    const value = received.headers.get(name);
    return value === null ? [] : [{ name: name.toLowerCase(), value: redact(value).slice(0, 1000) }];
  });
  const { bytes } = received.body;
  if (bytes.byteLength === 0) return { status, headers, json: null, artifact: null };
  // Latin-1 keeps every byte, whatever the text is in, so that only secrets are taken out.
  const clean = Buffer.from(redact(bytes.toString('latin1')), 'latin1');
  const read = readJson(clean);
  if (read.kind === 'json' && clean.byteLength <= LARGEST_JSON)
    return { status, headers, json: read.value, artifact: null };
  const { sha256 } = await evidence.put({
    caseId: call.caseId,
    task: call.task,
    name: 'answer',
    mediaType: plainType(received.headers.get('content-type')),
    bytes: clean,
    at: new Date().toISOString(),
  });
  return { status, headers, json: null, artifact: sha256 };
}

function plainType(text: string | null): string {
  const [type = ''] = (text ?? '').split(';');
  return /^[a-z0-9.+-]+\/[a-z0-9.+-]+$/i.test(type) ? type.toLowerCase() : 'application/octet-stream';
}
