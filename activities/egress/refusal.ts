/** Thrown instead of sending. Its code says why; nothing of the request is in it. */

export type RefusalCode =
  /** The URL is no http(s) URL, or holds credentials. */
  | 'EGRESS_URL'
  /** Not one of the places this connector may speak to. */
  | 'EGRESS_DESTINATION'
  /** The name leads to an address inside, and nobody allowed that. */
  | 'EGRESS_ADDRESS'
  /** A header or method that must not leave. */
  | 'EGRESS_REQUEST'
  /** A redirect that leads elsewhere, in a circle, or on and on. */
  | 'EGRESS_REDIRECT';

const SENTENCES: { readonly [code in RefusalCode]: string } = {
  EGRESS_URL: 'the address is no plain http or https URL, or it holds credentials',
  EGRESS_DESTINATION: 'the address is not among those this connector is configured for',
  EGRESS_ADDRESS:
    'the name leads to an address inside this network; list the host under egress.private_hosts if that is meant',
  EGRESS_REQUEST: 'the request holds a method or header that must not be sent',
  EGRESS_REDIRECT: 'the answer redirects to where this request must not go',
};

export class EgressRefused extends Error {
  readonly code: RefusalCode;

  constructor(code: RefusalCode) {
    super(SENTENCES[code]);
    this.name = 'EgressRefused';
    this.code = code;
  }
}

/** The sentence for a refusal's code; null for any other code. */
export function refusalSentence(code: string): string | null {
  return Object.hasOwn(SENTENCES, code) ? SENTENCES[code as RefusalCode] : null;
}
