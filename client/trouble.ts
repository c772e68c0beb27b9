/** What went wrong between us and Temporal, in words a person can act on. */
import {
  isGrpcDeadlineError,
  isGrpcServiceError,
  QueryNotRegisteredError,
  ServiceError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { NamespaceNotFoundError } from '@temporalio/common';
import { oneLine } from './render/text.ts';
import { invocation } from './self.ts';

/** gRPC status codes that mean something to a user; see google.rpc.Code. */
const INVALID_ARGUMENT = 3;
const DEADLINE_EXCEEDED = 4;
const NOT_FOUND = 5;
const PERMISSION_DENIED = 7;
const FAILED_PRECONDITION = 9;
const UNIMPLEMENTED = 12;
const UNAVAILABLE = 14;
const UNAUTHENTICATED = 16;

export const NO_WORKER = `no worker answers for this run; start one with \`${invocation('worker')}\`, and look at its log if one is running`;

/** Null for what is no trouble of the connection: our own mistakes, which must stay visible as such. */
export function explain(error: unknown): string | null {
  if (error instanceof WorkflowNotFoundError)
    return `there is no such run; \`${invocation('list')}\` shows those there are`;
  if (error instanceof NamespaceNotFoundError)
    return `the server has no namespace ${oneLine(error.namespace)}; check TEMPORAL_NAMESPACE and the profile file`;
  if (error instanceof QueryNotRegisteredError) return 'the run is only just starting; try again in a moment';
  if (isGrpcDeadlineError(error)) return 'Temporal did not answer in time; try again';
  const { code, details } = grpcOf(error);
  return code === null ? null : explainCode(code, details);
}

/** A query or an update found nobody to answer it. */
export function isNoWorker(error: unknown): boolean {
  const { code, details } = grpcOf(error);
  return (code === FAILED_PRECONDITION && /poller/.test(details)) || isGrpcDeadlineError(error);
}

function explainCode(code: number, details: string): string | null {
  switch (code) {
    case DEADLINE_EXCEEDED:
      return 'Temporal did not answer in time; try again';
    case NOT_FOUND:
      return `Temporal does not know this: ${oneLine(details, 200)}; check TEMPORAL_NAMESPACE`;
    case PERMISSION_DENIED:
    case UNAUTHENTICATED:
      return 'Temporal refuses us; check TEMPORAL_API_KEY, the certificates and the rights of this identity';
    case FAILED_PRECONDITION:
      return /poller/.test(details) ? NO_WORKER : `Temporal refuses: ${oneLine(details, 200)}`;
    case UNIMPLEMENTED:
      return 'this Temporal server is too old for that; Cordon needs 1.29 or newer';
    case UNAVAILABLE:
      return 'the connection to Temporal was lost; try again';
    default:
      return `Temporal reports an error: ${oneLine(details, 200)}`;
  }
}

/** A visibility query named an attribute that the namespace does not have. */
export function isUnknownAttribute(error: unknown): boolean {
  return grpcOf(error).code === INVALID_ARGUMENT;
}

function grpcOf(error: unknown): { readonly code: number | null; readonly details: string } {
  const cause = error instanceof ServiceError ? error.cause : error;
  return isGrpcServiceError(cause)
    ? { code: cause.code, details: cause.details }
    : { code: null, details: '' };
}
