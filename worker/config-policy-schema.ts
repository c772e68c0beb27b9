/** The policy section of cordon.yaml. */
import { z } from 'zod';
import { opaAddress } from '../activities/policy/opa/ask.ts';
import { must, number, path } from './config-words.ts';

const OPA_URL =
  'where OPA listens on this machine, such as http://127.0.0.1:8181/v1/data/cordon/verdict or unix:/run/opa.sock:/v1/data/cordon/verdict';
const opaUrl = z.string(must(OPA_URL)).refine((value) => opaAddress(value) !== null, must(OPA_URL));

export const policy = z
  .strictObject(
    {
      engine: z.enum(['cedar', 'opa'], must('cedar or opa')).default('cedar'),
      opa: z
        .strictObject(
          { url: opaUrl, timeout_ms: number('milliseconds, 10 to 10000', 10, 10_000).default(500) },
          must('a mapping'),
        )
        .optional(),
      activation: path.optional(),
      signers: path.optional(),
      shadow: path.optional(),
    },
    must('a mapping'),
  )
  .refine(({ engine, opa }) => (engine === 'opa') === (opa !== undefined), {
    error: 'must hold opa with its url exactly when engine is opa',
    when: ({ value }) => typeof value === 'object' && value !== null,
  })
  .refine(({ activation, signers }) => signers === undefined || activation !== undefined, {
    error: 'must hold activation where it holds signers',
    when: ({ value }) => typeof value === 'object' && value !== null,
  })
  .prefault({});
