/** Every word that a person said to the run must be counted, refused or ignored by an entry. */
import type { Execution, Word } from './execution.ts';
import type { LogEntry } from './log-entry.ts';

/** Entries that take a word, by the kind of word; `vote_refused` and `message_ignored` say themselves which. */
const TAKEN: { readonly [event: string]: readonly string[] } = {
  vote_counted: ['approve'],
  task_approved: ['approve'],
  task_rejected: ['reject'],
  task_confirmed: ['confirm'],
  task_resolved: ['resolve'],
};

export interface Unanswered {
  readonly execution: string;
  readonly word: Word;
}

/**
 * The words that no entry is left for. A continued run goes on counting where the one before it stopped; a run that
 * was reset says the same things again, and they are the same entries: so each line of executions is held against
 * all entries for itself.
 */
export function unansweredWords(
  executions: readonly Execution[],
  entries: readonly LogEntry[],
): readonly Unanswered[] {
  const answers = entries.flatMap((entry) => answerOf(entry) ?? []);
  const found = new Map<string, Unanswered>();
  for (const line of linesOf(executions))
    for (const one of unansweredIn(line, answers)) found.set(`${one.execution}/${one.word.event}`, one);
  return [...found.values()];
}

interface Answer {
  readonly kind: string;
  readonly task: string | null;
  readonly by: string | null;
}

function answerOf({ event, task, details }: LogEntry): Answer | null {
  const by = typeof details['by'] === 'string' ? details['by'] : null;
  const kinds = TAKEN[event];
  // A poll confirms too, and nobody said anything.
  if (kinds !== undefined) return details['how'] === 'poll' ? null : { kind: kinds[0] ?? '', task, by };
  if (event !== 'vote_refused' && event !== 'message_ignored') return null;
  const named = typeof details['task'] === 'string' ? details['task'] : task;
  return { kind: String(details['kind']), task: named, by };
}

function unansweredIn(line: readonly Execution[], answers: readonly Answer[]): readonly Unanswered[] {
  const free = new Set(answers);
  let open = line.flatMap((execution) =>
    execution.words
      .filter((word) => wasHeard(execution, word))
      .map((word) => ({ execution: execution.run, word })),
  );
  // The closest answers first: an entry that names the person must not be spent on another's word.
  for (const fits of [samePerson, sameTask, noTask])
    open = open.filter(({ word }) => {
      for (const answer of free)
        if (answer.kind === word.kind && fits(answer, word)) return !free.delete(answer);
      return true;
    });
  return open;
}

const sameTask = (answer: Answer, word: Word): boolean => answer.task === word.task;
const samePerson = (answer: Answer, word: Word): boolean => sameTask(answer, word) && answer.by === word.by;
/** What could not be read was ignored without a task. */
const noTask = (answer: Answer): boolean => answer.task === null;

/** What came last to an execution that did not end by its own word may never have been read. */
function wasHeard({ close, lastStep }: Execution, word: Word): boolean {
  return ['completed', 'cancelled', 'continued'].includes(close.kind) || word.event < lastStep;
}

/** From each execution back to the first that it continues. */
function linesOf(executions: readonly Execution[]): readonly (readonly Execution[])[] {
  const byRun = new Map(executions.map((execution) => [execution.run, execution]));
  return executions.map((execution) => {
    const line: Execution[] = [];
    let at: Execution | undefined = execution;
    while (at !== undefined && !line.includes(at)) {
      line.push(at);
      at = byRun.get(at.continues ?? '');
    }
    return line;
  });
}
