/** Which runs an erasure is about: one, or all of a case; and the undos that still want something of them. */
import type { RecordSource } from '../../activities/verify/source.ts';
import type { Entry } from '../../workflows/audit/entry.ts';
import { entriesOfCase, entriesOfRun } from '../audit/run-entries.ts';

export interface RecordedRun {
  readonly chain: string;
  readonly workflowId: string;
  readonly caseId: string;
  /** Of its entries. */
  readonly indexes: readonly number[];
  /** Digest of what it was given; null where it never started. */
  readonly plan: string | null;
  /** The record says that it came to its end. One that was terminated left no end. */
  readonly ended: boolean;
}

export interface Scope {
  readonly runs: readonly RecordedRun[];
  /** Other runs of the same cases. */
  readonly besides: readonly RecordedRun[];
}

export type Asked = { readonly run: string } | { readonly caseId: string };

/** No runs where the record knows none. */
export async function scopeOf(source: RecordSource, asked: Asked): Promise<Scope> {
  if ('caseId' in asked) return { runs: byRun(await entriesOfCase(source, asked.caseId)), besides: [] };
  const runs = byRun(await entriesOfRun(source, asked.run));
  const besides: RecordedRun[] = [];
  for (const caseId of new Set(runs.map((run) => run.caseId)))
    for (const run of byRun(await entriesOfCase(source, caseId)))
      if (!runs.some(({ chain }) => chain === run.chain)) besides.push(run);
  return { runs, besides };
}

function byRun(entries: readonly Entry[]): readonly RecordedRun[] {
  return [...Map.groupBy(entries, ({ body }) => body.run).values()].flatMap((own) => {
    const [first] = own;
    if (first === undefined) return [];
    const start = own.find(({ body }) => body.event === 'playbook_started');
    const plan = start?.body.details['plan'];
    return [
      {
        chain: first.body.run,
        workflowId: first.body.workflow,
        caseId: first.body.case,
        indexes: own.map(({ i }) => i),
        plan: typeof plan === 'string' ? plan : null,
        ended: own.some(({ body }) => body.event === 'playbook_completed'),
      },
    ];
  });
}
