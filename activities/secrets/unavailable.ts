/** Thrown to a connector whose secret cannot be had: it comes before any effect. Holds no part of the value. */
import type { Fault } from '../../workflows/walk/outcome.ts';

const PASSING: ReadonlySet<string> = new Set(['secret_missing', 'secret_key']);

export class SecretUnavailable extends Error {
  readonly fault: Fault;
  /** It may be there again in a while: the place it is kept in cannot be read just now. */
  readonly mayPass: boolean;

  constructor(fault: Fault) {
    super(fault.message);
    this.name = 'SecretUnavailable';
    this.fault = fault;
    this.mayPass = PASSING.has(fault.code);
  }
}
