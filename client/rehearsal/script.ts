/**
 * The rehearsal format: a playbook, the world's scripted answers, and what must come of it. YAML, so that a
 * playbook's author can write one. Unknown keys are refused; so is a file that expects nothing.
 */
import { z } from 'zod';
import { EVENTS } from '../../workflows/walk/fact.ts';
import { ASSURANCES } from '../../workflows/walk/outcome.ts';
import { STATUSES } from '../../workflows/language/playbook.ts';

const json = z.json();
const object = z.record(z.string(), json);
const duration = z.string().regex(/^\d+(ms|s|m|h|d)$/);

/** What policy says of a task; a list is used up answer by answer, the last one stays. */
const needs = z.strictObject({
  needs: z.int().min(1).max(20),
  /** Of them, at least so many of each group of the roster. */
  of: z.record(z.string(), z.int().min(1)).default({}),
  assurance: z.enum(ASSURANCES).default('V0'),
});
export type ScriptedNeeds = z.output<typeof needs>;
const verdict = z.union([z.enum(['allow', 'deny', 'needs_approval', 'needs_two', 'error']), needs]);
const verdicts = z.union([verdict, z.array(verdict).min(1)]);

/** What the connector answers, one per attempt; the last one stays. `takes` is how long it needs. */
const answer = z.union([
  z.strictObject({
    output: object,
    /** How it was before, as the connector saves it: then it can be undone. */
    saved: object.optional(),
    takes: duration.optional(),
  }),
  z.strictObject({ refused: z.string(), code: z.string().optional(), takes: duration.optional() }),
  z.strictObject({ try_again: z.enum(['rate_limited', 'unavailable']), after: duration.optional() }),
  z.strictObject({ unknown: z.string(), takes: duration.optional() }),
  z.strictObject({ throws: z.string() }),
  z.strictObject({
    action_required: z.string(),
    once_done: object.default({}),
    done_after: duration.optional(),
  }),
]);
export type ScriptedAnswer = z.output<typeof answer>;

/** Something a person says, or tries to. `at` counts from the start of the run. */
const said = z.strictObject({
  at: duration,
  /** Signal name. */
  say: z.string(),
  task: z.string().optional(),
  by: z.string().optional(),
  reason: z.string().optional(),
  /** Default: that of the open card. */
  digest: z.string().optional(),
  result: z.enum(['completed', 'failed']).optional(),
  output: object.optional(),
  /** How far it is proved who speaks; a mere name where absent. */
  assurance: z.enum(ASSURANCES).optional(),
  /** For break_glass. */
  ticket: z.string().optional(),
  scope: z.string().optional(),
  minutes: z.int().optional(),
  /** Sent as it stands instead of a message built from the fields above. */
  raw: json.optional(),
});
export type Said = z.output<typeof said>;

const fixtureType = z.strictObject({
  input: z.record(z.string(), z.enum(['any', 'string', 'number', 'list', 'object'])).default({}),
  output: z.record(z.string(), z.enum(['any', 'string', 'number', 'list', 'object'])).default({}),
  reversibility: z.enum(['none', 'A', 'B', 'C']).default('A'),
  repeat: z.enum(['natural', 'marker', 'none']).default('natural'),
});

const factLine = z
  .string()
  .refine((line) => (EVENTS as readonly string[]).includes(line.split(' ')[0] ?? ''), {
    error: (issue) => `no fact is called ${JSON.stringify(issue.input)}`,
  });

const expectation = z.strictObject({
  status: z.enum(['completed', 'failed', 'incomplete', 'cancelled', 'refused']),
  outcomes: z.record(z.string(), z.enum(STATUSES)).default({}),
  /** Exactly these facts, in this order: `event` or `event task`. */
  facts: z.array(factLine).optional(),
  /** These facts in this order, others between them. */
  facts_include: z.array(factLine).optional(),
  facts_exclude: z.array(factLine).optional(),
  /** Calls that reached a connector, in order: task names. */
  calls: z.array(z.string()).optional(),
  outputs: z.record(z.string(), object).default({}),
  inputs: z.record(z.string(), object).default({}),
  reasons: z.record(z.string(), z.string()).default({}),
  /** Part of a problem's text; with status `refused`. */
  problem: z.string().optional(),
  /** How long the run took on the clock, at most. */
  within: duration.optional(),
});
export type Expectation = z.output<typeof expectation>;

/** What is taken back once the run is over; its tasks are called `undo_<task>`, also in `policy` and `connectors`. */
const undo = z.strictObject({
  /** Only this one. */
  task: z.string().optional(),
  /** As above; `at` counts from the start of the undo. */
  people: z.array(said).default([]),
  expect: expectation
    .extend({
      /** What the undo says of each task of the run. */
      says: z.record(z.string(), z.enum(['to_undo', 'stands', 'undone', 'cannot', 'open', 'nothing'])),
    })
    .partial({ says: true })
    .describe('What must come of it'),
});

export const rehearsalSchema = z.strictObject({
  rehearsal: z.string().describe('What this shows, as a sentence'),
  /** Path to a playbook, or the playbook itself. */
  playbook: z.union([z.string(), object]),
  case: z.string().default('CASE-1'),
  context: object.default({}),
  requested_by: z.string().default('riley'),
  provider: z.string().optional(),
  mode: z.enum(['development', 'production']).default('development'),
  walk: z.enum(['layers', 'ready']).optional(),
  /** Who there is, in the format of a roster file; anybody, where absent. */
  roster: z.unknown().optional(),
  /** When somebody is taken off the roster. */
  leaves: z.record(z.string(), duration).default({}),
  /** Task types that exist only in this rehearsal. */
  types: z.record(z.string(), fixtureType).default({}),
  /** Keys done before this run: task to the output it gave then. */
  done_before: z.record(z.string(), object).default({}),
  /** Done before too, but with other inputs. */
  conflicts: z.array(z.string()).default([]),
  policy: z.record(z.string(), verdicts).default({}),
  connectors: z.record(z.string(), z.union([answer, z.array(answer).min(1)])).default({}),
  people: z.array(said).default([]),
  cancel_at: duration.optional(),
  /** One after the other, each over what those before it left. A playbook with `on_failure: undo` does the first one itself. */
  undo: z.union([undo, z.array(undo).min(1)]).optional(),
  expect: expectation.describe('What must come of it'),
});
export type ScriptedUndo = z.output<typeof undo>;
export type Rehearsal = z.output<typeof rehearsalSchema>;

const UNIT_MS: { readonly [unit: string]: number } = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Milliseconds of a duration the schema has admitted. */
export function durationMs(text: string): number {
  const match = /^(\d+)(ms|s|m|h|d)$/.exec(text);
  return Number(match?.[1] ?? Number.NaN) * (UNIT_MS[match?.[2] ?? ''] ?? Number.NaN);
}
