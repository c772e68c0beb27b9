/**
 * The shape of a playbook file. Strict and free of transforms, so that editors get the same rules as JSON
 * Schema. What a shape cannot say (references, cycles, types of inputs) is the compiler's.
 */
import { z } from 'zod';
import { DURATION } from './duration.ts';
import type { JsonObject } from './json.ts';
import { ON_FAILURE, RETRY_CLASSES, STATUSES } from './playbook.ts';

/** Names become variables of expressions, parts of activity ids and workflow types. */
const NAME = /^[a-z][a-z0-9_]{0,63}$/;
const TASK_TYPE = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;
const PROVIDER = /^[a-z][a-z0-9_-]{0,63}$/;

const NAME_FORM = 'lower-case letters, digits and `_`, beginning with a letter, at most 64';
const name = z.string().regex(NAME, NAME_FORM);
const duration = z.string().regex(DURATION, 'a whole number and a unit, such as `30s`, `15m`, `24h` or `7d`');
const line = z.string().min(1).max(200);

const contextType = z.enum(['string', 'email', 'integer', 'number', 'boolean', 'list', 'object']);
const variable = z.strictObject({
  type: contextType,
  required: z.boolean().optional().describe('Default: true, unless a default is given'),
  default: z.unknown().optional().describe('Used when the run is started without the value'),
  description: z.string().max(2000).optional(),
});

const contextEntry = z.union([contextType, variable]);

const needs = z.union([
  z.array(name).describe('Tasks that must be reached first'),
  z
    .record(name, z.array(z.enum(STATUSES)).min(1))
    .describe('By task: the statuses that satisfy this need; no others do'),
]);

const retry = z.strictObject({
  attempts: z.int().min(1).max(20).optional().describe('Attempts in all, the first one included'),
  backoff: duration.optional().describe('Wait before the second attempt; doubles from then on'),
  on: z.array(z.enum(RETRY_CLASSES)).optional().describe('Kinds of failure worth another attempt'),
});

const keyText = z.string().min(1).max(1000);
const key = z.strictObject({
  key: keyText,
  scope: z.enum(['run', 'case', 'playbook', 'global']).optional().describe('Default: case'),
});

const task = z.strictObject({
  type: z.string().regex(TASK_TYPE, 'the name of a task type, such as `RotatePassword`'),
  needs: needs.optional(),
  inputs: z.record(z.string().min(1).max(128), z.unknown()).optional().describe('May hold {{ expressions }}'),
  approval_required: z.boolean().optional().describe('Ask a person before the task acts. Default: false'),
  idempotency_key: z
    .union([keyText, key])
    .optional()
    .describe('What was done under this key is not done again. May hold {{ expressions }}'),
  when: z
    .union([z.boolean(), z.string().min(1).max(4000)])
    .optional()
    .describe('The task is skipped when this is false. May hold an {{ expression }}'),
  join: z
    .union([z.enum(['all', 'any']), z.int().min(1)])
    .optional()
    .describe('How many needs must be met. Default: all'),
  retry: retry.optional(),
  timeout: duration.optional().describe('Limit of one attempt'),
  expires: duration.optional().describe('How long people may take before silence means no'),
  provider: z
    .string()
    .regex(PROVIDER, 'the name of a connector, such as `google`')
    .optional()
    .describe('The connector that performs the task, where several could'),
});

export const playbookSchema = z.strictObject({
  id: name.describe('Names the workflow type; the file should have the same name'),
  version: z
    .union([line, z.int().min(0)])
    .optional()
    .describe('Default: "1"'),
  description: z.string().max(10_000).optional(),
  severity: z.enum(['low', 'medium', 'high', 'critical']).optional().describe('Default: medium'),
  tags: z.array(line).optional(),
  context: z
    .record(name, contextEntry)
    .optional()
    .describe('What a run is given. `case_id` and `run` are always there'),
  walk: z
    .enum(['layers', 'ready'])
    .optional()
    .describe(
      'layers: one layer after the other. ready: each task as soon as its needs allow. Default: layers',
    ),
  on_failure: z
    .enum(ON_FAILURE)
    .optional()
    .describe('undo: a run that failed takes back what it did, as far as that can be undone. Default: keep'),
  tasks: z.record(name, task),
});

export type PlaybookShape = z.output<typeof playbookSchema>;
export type TaskShape = PlaybookShape['tasks'][string];
export type VariableShape = z.output<typeof variable>;

/** The fields a mapping at this path may have; empty where any are allowed. */
export function fieldsAt(path: readonly PropertyKey[]): readonly string[] {
  const [section, , field] = path;
  if (path.length === 0) return Object.keys(playbookSchema.shape);
  if (section === 'context' && path.length === 2) return Object.keys(variable.shape);
  if (section !== 'tasks') return [];
  if (path.length === 2) return Object.keys(task.shape);
  if (path.length > 3) return [];
  return field === 'retry'
    ? Object.keys(retry.shape)
    : field === 'idempotency_key'
      ? Object.keys(key.shape)
      : [];
}

/** The schema of one task or context variable, by its path; null for any other path. */
export function schemaUnder(path: readonly PropertyKey[]): z.ZodType | null {
  if (path.length !== 2) return null;
  return path[0] === 'tasks' ? task : path[0] === 'context' ? contextEntry : null;
}

/** JSON Schema (draft 7) of a playbook for editors. `taskTypes`: the types to offer; omitted, any name passes. */
export function playbookJsonSchema(taskTypes?: readonly string[]): JsonObject {
  const type = taskTypes ? z.enum(taskTypes) : task.shape.type;
  const schema = playbookSchema.extend({ tasks: z.record(name, task.extend({ type })) });
  return z.toJSONSchema(schema, { target: 'draft-7', io: 'input' }) as JsonObject;
}
