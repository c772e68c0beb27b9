/** What a client may start a run with. Anything else is refused before a plan is made. */
import { z } from 'zod';
import { PAP, TLP } from '../workflows/language/marking.ts';

/** Case ids become workflow ids, file names and search attributes: letters, digits and a few marks. */
export const startInput = z.strictObject({
  case_id: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/, 'letters, digits and . _ : - only, at most 128'),
  context: z.record(z.string(), z.json()).default({}),
  options: z
    .strictObject({
      requested_by: z.string().trim().min(1).max(200).optional(),
      provider: z.string().min(1).max(100).optional(),
      poll_seconds: z.number().min(0.1).max(300).optional(),
      tlp: z.enum(TLP).optional(),
      pap: z.enum(PAP).optional(),
      continue_after_events: z.int().min(50).optional(),
    })
    .default({}),
  undo: z
    .strictObject({
      workflow_id: z.string().min(1).max(1000),
      run_id: z.string().min(1).max(200),
      task: z.string().min(1).max(64).optional(),
      preview: z.boolean().optional(),
    })
    .optional(),
});

export type CheckedStart = z.output<typeof startInput>;
