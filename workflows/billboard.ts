/** What people can see of a run from outside: queries, search attributes, and the text in the Temporal UI. */
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { JsonObject } from './language/json.ts';
import type { Plan } from './language/plan.ts';
import type { OpenItem } from './messages.ts';
import type { RunRef } from './ports.ts';
import { fitting, liveStatus, reportOf, type RunReport } from './walk/report.ts';
import type { Assurance } from './walk/outcome.ts';
import type { RunState, Waiting } from './walk/state.ts';
import { termsOf } from './walk/terms.ts';

export const SEARCH_KEYS = {
  playbook: defineSearchAttributeKey('CordonPlaybook', SearchAttributeType.KEYWORD),
  case: defineSearchAttributeKey('CordonCase', SearchAttributeType.KEYWORD),
  status: defineSearchAttributeKey('CordonStatus', SearchAttributeType.KEYWORD),
  awaiting: defineSearchAttributeKey('CordonAwaitingApproval', SearchAttributeType.BOOL),
} as const;

export interface Billboard {
  report(): RunReport;
  open(): readonly OpenItem[];
  /** Brings details and search attributes up to date; writes history only when one of them changed. */
  refresh(): void;
}

export function createBillboard(plan: Plan, run: RunRef, state: RunState, searchable: boolean): Billboard {
  let shown = '';
  const iso = (ms: number): string => new Date(ms).toISOString();
  const report = (): RunReport => fitting(reportOf(plan, run, state, iso));
  const open = (): readonly OpenItem[] =>
    plan.tasks.flatMap(({ name }) => {
      const waiting = state.tasks[name]?.waiting;
      return waiting && waiting.kind !== 'delay' ? [openItem(name, waiting, iso)] : [];
    });
  return {
    report,
    open,
    refresh() {
      const status = liveStatus(plan, state);
      const items = open();
      setCurrentDetails(detailsOf(run, status, items));
      const awaiting = items.some((item) => item.kind === 'approval');
      const now = `${status} ${awaiting}`;
      if (!searchable || now === shown) return;
      upsertSearchAttributes([
        ...(shown === ''
          ? [
              { key: SEARCH_KEYS.playbook, value: run.playbook },
              { key: SEARCH_KEYS.case, value: run.caseId },
            ]
          : []),
        { key: SEARCH_KEYS.status, value: status },
        { key: SEARCH_KEYS.awaiting, value: awaiting },
      ]);
      shown = now;
    },
  };
}

function openItem(
  task: string,
  waiting: Exclude<Waiting, { kind: 'delay' }>,
  iso: (ms: number) => string,
): OpenItem {
  switch (waiting.kind) {
    case 'approval':
      return {
        kind: 'approval',
        task,
        card: waiting.card,
        approvals: waiting.approvals.map((vote) => vote.by),
      };
    case 'confirmation':
      return { kind: 'confirmation', task, instructions: waiting.instructions, until: iso(waiting.until) };
    case 'settlement':
      return { kind: 'settlement', task, fault: waiting.fault.message, until: iso(waiting.until) };
    case 'review':
      return { kind: 'review', task, use: waiting.glass.use, by: waiting.by, ticket: waiting.glass.ticket };
    default:
      return waiting satisfies never;
  }
}

/** Markdown for the Temporal UI: what waits, and the command that answers it. */
export function detailsOf(run: RunRef, status: string, items: readonly OpenItem[]): string {
  const head = `**${run.playbook}** for case \`${run.caseId}\`: ${status}`;
  return [head, ...items.map((item) => howToAnswer(run, item))].join('\n\n');
}

function howToAnswer(run: RunRef, item: OpenItem): string {
  switch (item.kind) {
    case 'approval': {
      const { body, digest } = item.card;
      const until = new Date(body.expiresAt).toISOString();
      return answerable(run, 'approve', { task: item.task, digest, by: 'YOUR NAME', reason: 'WHY' }, [
        `**${item.task}** waits for approval (${item.approvals.length} of ${body.quorum}), until ${until}.`,
        `Would run ${body.type} through ${body.connector} on ${body.targets.length} target(s); reversibility ${body.reversibility}. Query \`approvals\` shows the whole card: read it, then send signal \`approve\` or \`reject\` with`,
        ...proofWanted(termsOf(body).minAssurance),
      ]);
    }
    case 'confirmation':
      return answerable(run, 'confirm', { task: item.task, by: 'YOUR NAME', reason: 'WHAT YOU DID' }, [
        `**${item.task}** waits until a person has done this:`,
        fenced(item.instructions),
        'Once it is done, send signal `confirm` with',
      ]);
    case 'settlement': {
      const word = { task: item.task, result: 'completed', by: 'YOUR NAME', reason: 'WHAT YOU SAW' };
      return answerable(run, 'resolve', word, [
        `**${item.task}** may or may not have taken effect:`,
        fenced(item.fault),
        'Look at the provider whether it took effect, then send signal `resolve` (`completed` or `failed`) with',
      ]);
    }
    case 'review': {
      const word = { task: item.task, digest: item.use, by: 'YOUR NAME', reason: 'WHAT YOU SAW' };
      return answerable(run, 'review', word, [
        `**${item.task}** was done behind broken glass; nobody can break it again before somebody else has looked at that.`,
        'Look at what was done, then send signal `review` with a proof of who you are, as in',
      ]);
    }
    default:
      return item satisfies never;
  }
}

/** A name alone is what this page can offer to paste; where that is not enough it says so. */
function proofWanted(level: Assurance): readonly string[] {
  if (level === 'V0') return [];
  return [
    `It counts only with a \`proof\` of level ${level} or better: \`cordon approve … --key FILE --print\` prints the whole of it.`,
  ];
}

/** What to know, what to paste into this page, and the command for those who prefer a shell. */
function answerable(run: RunRef, name: string, word: JsonObject, told: readonly string[]): string {
  const json = JSON.stringify(word);
  return [...told, fenced(json), 'or from a shell', fenced(signalCommand(run, name, json))].join('\n\n');
}

/** The exact command; single quotes inside the JSON are escaped for a POSIX shell. */
export function signalCommand(run: Pick<RunRef, 'workflowId'>, name: string, json: string): string {
  const quoted = `'${json.replaceAll("'", "'\\''")}'`;
  return `temporal workflow signal --workflow-id '${run.workflowId}' --name ${name} --input ${quoted}`;
}

/**
 * As it is, in a block that its own text cannot close, and with nothing in it that hides or reorders: what a provider
 * or a mail says must not pass for what this page says.
 */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${text.replace(UNSEEN, named)}\n${fence}`;
}

/** Controls but line feeds, and whatever moves, hides or reorders. */
const UNSEEN = /[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|(?!\n)\p{Cc}/gu;

function named(character: string): string {
  return `<U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`;
}
