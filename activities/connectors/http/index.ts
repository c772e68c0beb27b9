/** Any system that speaks HTTP and JSON, at hosts the operator has listed. */
import type { OutputOf } from '../../catalogue/task-type.ts';
import { HttpRequest } from '../../catalogue/http.ts';
import type { Egress, EgressSettings } from '../../egress/egress.ts';
import { EvidenceError, type EvidenceStore } from '../../evidence/store.ts';
import type { Answer, CallContext, Connector } from '../connector.ts';
import { performanceOf, type Deed } from '../deed.ts';
import { answerForStatus, answerForThrown, type Failure } from '../http-answer.ts';
import { tell } from './answer.ts';
import { wayOut, type HttpConfig } from './config.ts';
import { prepare } from './outgoing.ts';

export type { HttpConfig } from './config.ts';

interface At {
  readonly egress: Egress;
  readonly evidence: EvidenceStore;
  readonly call: CallContext;
}

/** Throws for a list of hosts that cannot be used. */
export function createHttp(
  config: HttpConfig,
  evidence: EvidenceStore,
  settings?: EgressSettings,
): Connector {
  const egress = wayOut(config, settings);
  return {
    name: 'http',
    performs: Object.fromEntries([performanceOf(httpRequest, (call) => ({ egress, evidence, call }))]),
  };
}

type Output = OutputOf<typeof HttpRequest>;

const httpRequest: Deed<At, typeof HttpRequest> = {
  contract: HttpRequest,
  // Nothing is known of what a request does at the other side.
  reversibility: 'C',
  repeat: 'none',
  timeoutMs: 60_000,
  scopes: [],
  async perform(input, { egress, evidence, call }): Promise<Answer<Output>> {
    // With these an unknown fate is one that another attempt may settle.
    const write = !(input.idempotent || input.method === 'GET' || input.method === 'HEAD');
    const prepared = await prepare(input, call);
    if (prepared.kind !== 'prepared') return prepared;
    call.heartbeat();
    const received = await egress
      .send(prepared.request)
      .catch((error: unknown) => answerForThrown('http', error, write));
    if ('kind' in received) return received;
    const { status, headers, body } = received;
    if (status < 200 || status > 299)
      return answerForStatus({ provider: 'http', status, retryAfter: headers.get('retry-after'), write });
    if (body.kind === 'unreadable') return unusable(body.why, write);
    try {
      return {
        kind: 'done',
        output: await tell(input, { ...received, body }, prepared.redact, evidence, call),
      };
    } catch (error) {
      if (error instanceof EvidenceError) return untold(error, write);
      throw error;
    }
  },
};

/** The other side has acted; what it said cannot be used. */
function unusable(why: 'too_large' | 'encoding', write: boolean): Failure {
  const fault = { code: 'http_unreadable', message: `the answer of http cannot be used (${why})` };
  return write ? { kind: 'unknown', fault } : { kind: 'refused', fault };
}

function untold({ code, message }: EvidenceError, write: boolean): Failure {
  const fault = { code, message };
  return write ? { kind: 'unknown', fault } : { kind: 'try_again', because: 'unavailable', fault };
}
