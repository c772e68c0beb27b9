/** From a task's inputs to the request that leaves, secrets filled in at the last moment. */
import { createRedactor } from '../../secrets/redact.ts';
import { SecretUnavailable } from '../../secrets/unavailable.ts';
import type { InputOf } from '../../catalogue/task-type.ts';
import type { HttpRequest } from '../../catalogue/http.ts';
import type { Outgoing } from '../../egress/egress.ts';
import type { CallContext } from '../connector.ts';
import type { Failure } from '../http-answer.ts';

type Input = InputOf<typeof HttpRequest>;

/** They say where a message ends and who it is for; whoever could set them could smuggle another one. */
const FRAMING = new Set(
  'host connection content-length transfer-encoding te trailer upgrade expect keep-alive via forwarded'.split(
    ' ',
  ),
);
/** Credentials come by reference only. */
const CREDENTIALS = new Set(['authorization', 'cookie', 'proxy-authorization']);

export type Prepared =
  | {
      readonly kind: 'prepared';
      readonly request: Outgoing;
      /** Blots out the secrets of this request: an answer may repeat what it was sent. */
      readonly redact: (text: string) => string;
    }
  | Failure;

/** Nothing is sent yet, so every failure is a clean one. */
export async function prepare(input: Input, call: CallContext): Promise<Prepared> {
  const headers: Record<string, string> = {};
  for (const { name, value } of input.headers) {
    const objection = objectionTo(name, headers, false);
    if (objection !== null) return objection;
    headers[name.toLowerCase()] = value;
  }
  const redactor = createRedactor();
  const { host } = new URL(input.url);
  for (const { name, secret, prefix } of input.secret_headers) {
    const objection = objectionTo(name, headers, true);
    if (objection !== null) return objection;
    try {
      const value = await call.secret(secret, host);
      redactor.learn(value);
      headers[name.toLowerCase()] = `${prefix}${value}`;
    } catch (error) {
      return secretFailure(error, secret);
    }
  }
  if (input.idempotency_header !== undefined) headers[input.idempotency_header.toLowerCase()] = call.key;
  const { method, url, body } = input;
  if (body !== undefined) headers['content-type'] ??= 'application/json';
  return {
    kind: 'prepared',
    request: {
      method,
      url,
      headers: { accept: 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: call.signal,
      redirects: 3,
    },
    redact: (text) => redactor.redact(text),
  };
}

function objectionTo(name: string, given: Readonly<Record<string, string>>, secret: boolean): Failure | null {
  const lower = name.toLowerCase();
  if (FRAMING.has(lower) || lower.startsWith('proxy-'))
    return refused('header_not_open', `the header ${lower} cannot be set`);
  if (!secret && CREDENTIALS.has(lower))
    return refused(
      'header_needs_reference',
      `the header ${lower} belongs under secret_headers, by reference`,
    );
  return Object.hasOwn(given, lower) ? refused('header_twice', `the header ${lower} is given twice`) : null;
}

/** Only a source that cannot be asked is worth another attempt. */
function secretFailure(error: unknown, reference: string): Failure {
  const fault =
    error instanceof SecretUnavailable
      ? error.fault
      : { code: 'secret_unavailable', message: `${reference} could not be read; nothing was sent` };
  return fault.code === 'secret_unavailable'
    ? { kind: 'try_again', because: 'unavailable', fault }
    : { kind: 'refused', fault };
}

export function refused(code: string, message: string): Failure {
  return { kind: 'refused', fault: { code, message } };
}
