/** What every entry of a run says of it, as it stands in the entry: told once for the run and not for each entry. */
import { canonicalEntry, wellFormed } from './canonical.ts';
import { instantText } from './instant.ts';

/** The run that a fact belongs to. */
export interface RunNamed {
  readonly workflowId: string;
  readonly chain: string;
  readonly startedAt: number;
  readonly caseId: string;
  readonly playbook: string;
}

export interface RunText {
  readonly of: RunNamed;
  /** Text that can be stored. */
  readonly name: string;
  /** The time at which it started, 48 bits as 12 hex digits: ids of its entries begin with it. */
  readonly prefix: string;
  readonly started: string;
  /** Canonical JSON, like the rest. */
  readonly chain: string;
  readonly caseId: string;
  readonly playbook: string;
  readonly workflow: string;
}

/** Beyond this many runs the memory starts anew. */
const MOST_RUNS = 1000;
const told = new Map<string, RunText>();

/** Throws a `RangeError` for a time that is none. */
export function runText(run: RunNamed): RunText {
  const known = told.get(run.chain);
  if (known !== undefined && isSame(known.of, run)) return known;
  const { workflowId, chain, startedAt, caseId, playbook } = run;
  const text: RunText = {
    of: { workflowId, chain, startedAt, caseId, playbook },
    name: wellFormed(chain),
    prefix: prefixOf(startedAt),
    started: instantText(startedAt),
    chain: canonicalEntry(chain),
    caseId: canonicalEntry(caseId),
    playbook: canonicalEntry(playbook),
    workflow: canonicalEntry(workflowId),
  };
  if (told.size >= MOST_RUNS) told.clear();
  told.set(chain, text);
  return text;
}

/** Ids of a run's entries lie together, and later runs lie behind earlier ones. */
export function prefixOf(startedAt: number): string {
  return startedAt.toString(16).padStart(12, '0');
}

function isSame(one: RunNamed, other: RunNamed): boolean {
  return (
    one.startedAt === other.startedAt &&
    one.workflowId === other.workflowId &&
    one.caseId === other.caseId &&
    one.playbook === other.playbook
  );
}
