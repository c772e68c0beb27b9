/** Task queues of their own for connectors: for a rate over all workers, or for a worker that stands elsewhere. */
import { z } from 'zod';
import { must } from './config-words.ts';

/** By the names that `cordon connectors` shows. */
export const CONNECTORS = [
  'google-workspace',
  'microsoft-graph',
  'notify',
  'network',
  'endpoint',
  'router',
  'http',
  'defender',
  'report',
] as const;

const RATE = 'a number of calls a second, above 0 and at most 1000';

export const queues = z
  .partialRecord(
    z.enum(CONNECTORS, must(`one of ${CONNECTORS.join(', ')}`)),
    z.strictObject(
      {
        per_second: z.number(must(RATE)).positive(must(RATE)).max(1_000, must(RATE)).optional(),
        elsewhere: z.boolean(must('true or false')).default(false),
      },
      must('a mapping'),
    ),
    must('a mapping from connectors to per_second and elsewhere'),
  )
  .default({});

export interface QueueConfig {
  /** Calls that may begin each second, over all workers; null: as many as the connector itself names. */
  readonly perSecond: number | null;
  /** Served by workers that were started for it, and not by the one that this file is of. */
  readonly elsewhere: boolean;
}

export type QueuesConfig = { readonly [connector: string]: QueueConfig };

export function queuesFrom(file: z.output<typeof queues>): QueuesConfig {
  return Object.fromEntries(
    Object.entries(file).map(([connector, { per_second, elsewhere }]) => [
      connector,
      { perSecond: per_second ?? null, elsewhere },
    ]),
  );
}
