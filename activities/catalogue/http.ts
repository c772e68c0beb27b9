/** The task type for systems that have no connector of their own. */
import { z } from 'zod';
import { taskType } from './task-type.ts';
import { hostOf, secretReference, sha256 } from './values.ts';

/** RFC 9110 5.6.2. */
const headerName = z
  .string()
  .max(64)
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/);

export const HttpRequest = taskType({
  name: 'HttpRequest',
  summary: 'Sends one request to a host on the operator’s list and returns the answer.',
  input: z.strictObject({
    method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']),
    url: z
      .string()
      .max(2048)
      .regex(/^https?:\/\/[^\s@\\]+$/)
      .describe('On a host that the operator has listed; without credentials'),
    headers: z
      .array(z.strictObject({ name: headerName, value: z.string().max(1000) }))
      .max(30)
      .default([]),
    secret_headers: z
      .array(
        z.strictObject({
          name: headerName,
          secret: secretReference,
          prefix: z
            .string()
            .regex(/^[\x20-\x7e]{0,40}$/)
            .default('')
            .describe('Stands before the secret, for instance `Bearer `'),
        }),
      )
      .max(5)
      .default([]),
    body: z.unknown().optional().describe('Sent as JSON'),
    idempotency_header: headerName
      .optional()
      .describe('Carries a key that is the same on every attempt, so that the other side can tell a repeat'),
    idempotent: z
      .boolean()
      .default(false)
      .describe('A repeat of this request does no harm: it is sent again when its fate is unknown'),
    return_headers: z.array(headerName).max(20).default([]),
  }),
  output: z.strictObject({
    status: z.int(),
    headers: z.array(z.strictObject({ name: z.string(), value: z.string() })),
    json: z.unknown().describe('The answer where it is JSON of ordinary size, else null'),
    artifact: sha256.nullable().describe('The answer as evidence where it is anything else'),
  }),
  targets: ({ url }) => [`http:${URL.parse(url)?.host ?? url}`],
  reaches: ({ url }) => hostOf(url),
});

export const httpTaskTypes = [HttpRequest] as const;
