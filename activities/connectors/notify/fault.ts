/** What a message that was not delivered means for the call. Messages are ours: a server's text may quote anything. */
import type { Answer } from '../connector.ts';
import type { Undelivered } from './deliver.ts';

type Failure = Extract<Answer<never>, { readonly kind: 'refused' | 'try_again' | 'unknown' }>;

/** Faults of configuration or of the message itself: the next attempt would end the same way. */
const PERMANENT = new Set(['EENVELOPE', 'EMESSAGE', 'EAUTH', 'ETLS', 'EREQUIRETLS', 'CERT_HAS_EXPIRED']);

/**
 * A reply of the server is its word: 4xx (RFC 5321 4.2.1) means later, 5xx means no. Without a reply, a
 * conversation that broke off before the message went over sent nothing; afterwards nobody knows.
 */
export function answerFor({ status, code, handedOver }: Undelivered): Failure {
  if (status !== null) {
    const fault = {
      code: `smtp_${status}`,
      message: `the mail server answered ${status}; the message was not sent`,
    };
    if (status >= 500) return { kind: 'refused', fault };
    if (status >= 400) return { kind: 'try_again', because: 'unavailable', fault };
  }
  const fault = (what: string): Failure['fault'] => ({ code: `smtp_${code.toLowerCase()}`, message: what });
  if (handedOver)
    return {
      kind: 'unknown',
      fault: fault(
        `the connection to the mail server broke off (${code}) after the message had been handed over; it may have been sent`,
      ),
    };
  if (PERMANENT.has(code) || /CERT|SELF_SIGNED|ERR_TLS/.test(code))
    return {
      kind: 'refused',
      fault: fault(
        `the mail server could not be used (${code}); check host, port, TLS and credentials under notify.smtp`,
      ),
    };
  return {
    kind: 'try_again',
    because: 'unavailable',
    fault: fault(`the mail server could not be reached or did not answer (${code}); nothing was sent`),
  };
}
