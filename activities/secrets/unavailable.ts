/** Thrown to a connector whose secret cannot be had: it comes before any effect. Holds no part of the value. */
import type { Fault } from '../../workflows/walk/outcome.ts';

export class SecretUnavailable extends Error {
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.message);
    this.name = 'SecretUnavailable';
    this.fault = fault;
  }
}
