/**
 * The task type of taking back. No playbook names it: only the plan of an undo does, and that is made from the store.
 * Its inputs say exactly what is taken back, so that the card that people agree to does.
 */
import { z } from 'zod';
import { taskType } from './task-type.ts';
import { sha256 } from './values.ts';

export const UNDO = 'Undo';

export const Undo = taskType({
  name: UNDO,
  summary: 'Puts back what a task of an earlier run changed, from what it saved.',
  input: z.strictObject({
    run: z.string().describe('Workflow id of the run whose effect it is'),
    chain: z.string(),
    playbook: z.string(),
    task: z.string(),
    action: z.string().describe('Task type of the effect'),
    targets: z.array(z.string()),
    what: z.string().describe('What will be so afterwards, in the words of the connector'),
    class: z.enum(['A', 'B']).describe('A: exactly. B: with the loss that `what` names'),
    effect: sha256.describe('Names the effect: one attempt of one claim'),
    saved: sha256.describe('Digest of how it was before'),
  }),
  output: z.strictObject({
    changed: z.boolean().describe('False where it had been put back before'),
    now: z.string().describe('What is so now'),
  }),
  targets: ({ targets }) => targets,
});
