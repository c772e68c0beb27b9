/**
 * One run, told by two witnesses: the entries of the log, and the histories of its executions in Temporal. Pure, over
 * plain data. What both tell alike is counted; every difference is classified.
 */
import { CONFLICT_EVENT } from '../../workflows/audit/draft.ts';
import { missingIntents } from './calls.ts';
import type { Execution } from './execution.ts';
import { explain, type Evidence } from './explain.ts';
import { short, type Explained, type Finding, type Note } from './finding.ts';
import { goneFindings, type Retention } from './gone.ts';
import type { LogEntry } from './log-entry.ts';
import { lineageOf } from './lineage.ts';
import { checkReceipts } from './receipts.ts';
import { sealOf, type Seal } from './seal.ts';
import { unansweredWords } from './words.ts';

export interface Comparing {
  readonly workflow: string;
  /** The run's name in the log: the run id of its first execution. */
  readonly run: string;
  readonly executions: readonly Execution[];
  /** Executions known to have been, of which no history is left. */
  readonly gone: readonly string[];
  /** MUST have been read after the histories: what was recorded meanwhile is explained, what is missing is not. */
  readonly entries: readonly LogEntry[];
  readonly retention: Retention;
}

export interface Comparison {
  readonly workflow: string;
  readonly run: string;
  readonly executions: number;
  /** Entries that history holds a matching receipt for. */
  readonly confirmed: number;
  /** The last of them: a receipt confirms everything that stood in the log before it. */
  readonly confirmedTo: number | null;
  readonly findings: readonly Finding[];
  readonly explained: readonly Explained[];
}

export function compareRun(comparing: Comparing): Comparison {
  const { workflow, run, executions, entries } = comparing;
  const note: Note = (kind, what, where = {}) => ({
    kind,
    what,
    trouble: true,
    workflow,
    run,
    execution: null,
    entry: null,
    event: null,
    ...where,
  });
  const seals = entries.flatMap((entry) => sealOf(entry) ?? []);
  const lineage = lineageOf(run, executions, comparing.gone, seals);
  const checked = checkReceipts(executions, entries, note);
  const witnessed = new Set(checked.confirmed.map(({ coordinate }) => coordinate));
  const told = checkEntries(entries, checked.told, { executions, lineage, witnessed }, note);
  return {
    workflow,
    run,
    executions: executions.length,
    confirmed: checked.confirmed.length,
    confirmedTo:
      checked.confirmed.length === 0 ? null : Math.max(...checked.confirmed.map(({ index }) => index)),
    explained: told.explained,
    findings: [
      ...checked.findings,
      ...told.findings,
      ...missingIntents(executions, entries, note),
      ...unansweredWords(executions, entries).map(({ execution, word: { event, kind, task, by } }) =>
        note(
          'word_without_entry',
          `${kind} of ${task ?? 'a task that it does not name'} by ${by ?? 'nobody named'}`,
          {
            execution,
            event,
          },
        ),
      ),
      ...sealFindings(executions, seals, note),
      ...goneFindings(comparing, lineage, note),
      ...executions.flatMap((execution) =>
        execution.unreadable.map(({ event, what, matters }) =>
          note('payload_unreadable', what, { execution: execution.run, event, trouble: matters }),
        ),
      ),
    ],
  };
}

/** From log to history. */
function checkEntries(
  entries: readonly LogEntry[],
  told: ReadonlySet<string>,
  evidence: Evidence,
  note: Note,
): { readonly explained: readonly Explained[]; readonly findings: readonly Finding[] } {
  const explained: Explained[] = [];
  const findings: Finding[] = [];
  const once = new Set<string>();
  for (const entry of entries) {
    if (told.has(entry.id)) continue;
    const { index, event, task, coordinate } = entry;
    const named = `${event}${task === null ? '' : ` of ${task}`} (${coordinate})`;
    if (event === CONFLICT_EVENT) {
      findings.push(note('event_in_conflict', named, { entry: index }));
      continue;
    }
    const why = explain(entry, evidence);
    // An attempt has one intent and one end; whoever adds another invents it.
    const step = coordinate.replace(/\/(called|error)$/, '/end');
    const twice = step.startsWith('act/') && once.has(step);
    once.add(step);
    if (why === null || twice) findings.push(note('entry_forged', named, { entry: index }));
    else explained.push({ entry: index, event, task, why });
  }
  return { explained, findings };
}

function sealFindings(
  executions: readonly Execution[],
  seals: readonly Seal[],
  note: Note,
): readonly Finding[] {
  return seals.flatMap(({ index, execution, events, digest, agreed }) => {
    // Where no history is left, the first seal speaks for it.
    const present =
      executions.find(({ run }) => run === execution) ?? seals.find((one) => one.execution === execution);
    const found: Finding[] = [];
    if (present !== undefined && (present.events !== events || present.digest !== digest))
      found.push(
        note(
          'seal_disagrees',
          `sealed: ${events} events, ${short(digest)}; now: ${present.events} events, ${short(present.digest)}`,
          { execution, entry: index },
        ),
      );
    if (!agreed) found.push(note('sealed_in_disagreement', 'see the entry', { execution, entry: index }));
    return found;
  });
}
