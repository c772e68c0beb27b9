/**
 * Tells those who may answer that a card waits. A notice decides nothing and holds nothing to click that would: it
 * says where to look. That it cannot be sent is recorded and stops nobody.
 */
import type { CardBody, Occasion, RunRef } from '../../workflows/ports.ts';
import { objectionTo } from './electorate.ts';
import type { Roster, RosterPerson } from './roster.ts';

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** Equal for two copies of one notice. */
  readonly key: string;
}

/** False where it was not sent. MUST NOT throw. */
export type SendMail = (mail: Mail) => Promise<boolean>;

export interface Notices {
  readonly send: SendMail;
  /** Told of every card, whoever is on the roster. */
  readonly always: readonly string[];
  /** A page where the card can be read, with `{run}` and `{task}` in it; null where there is none. */
  readonly link: string | null;
}

const MOST_MAILS = 50;

/** For what cannot wait until those asked by a card come by. */
export function everybody({ always }: Pick<Notices, 'always'>, roster: Roster | null): readonly string[] {
  const mails = (roster?.persons ?? []).flatMap(({ mail }) => mail ?? []);
  return [...new Set([...always, ...mails])].slice(0, MOST_MAILS);
}

/** Members of the groups that are asked; of the groups behind them when little time is left. */
export function recipients(
  { always }: Pick<Notices, 'always'>,
  roster: Roster | null,
  run: RunRef,
  body: CardBody,
  occasion: Occasion,
): readonly string[] {
  const asked = body.groups.map(({ group }) => group);
  const behind = asked.flatMap((group) => roster?.escalation(group) ?? []);
  const groups = occasion === 'escalation' ? [...asked, ...behind] : asked;
  const wanted = (person: RosterPerson): boolean =>
    occasion === 'break_glass' ||
    (person.groups.some((group) => groups.includes(group)) && objectionTo(roster, person.id, run) === null);
  const mails = (roster?.persons ?? []).filter(wanted).flatMap(({ mail }) => mail ?? []);
  const named = body.obligations.flatMap((one) => (one.kind === 'notify' ? one.to : []));
  return [...new Set([...always, ...named, ...mails])].slice(0, MOST_MAILS);
}

const OPENING: { readonly [occasion in Occasion]: string } = {
  opened: 'A task waits for approval.',
  reminder: 'A task still waits for approval; half of its time is over.',
  break_glass: 'Somebody broke the glass: one person acts alone on this task, and it must be reviewed.',
  escalation: 'A task waits for approval and will be refused soon, because nobody answered.',
};

/** Names and numbers only: inputs stay on the card, where they cannot be taken for our words. */
export function noticeText(
  { link }: Pick<Notices, 'link'>,
  { workflowId }: RunRef,
  digest: string,
  body: CardBody,
  occasion: Occasion,
): string {
  const page = pageOf(link, workflowId, body.task);
  return [
    OPENING[occasion],
    [
      `run       ${plain(workflowId)}`,
      `task      ${plain(body.task)}`,
      `would do  ${plain(body.type)} on ${body.targets.length} target(s)`,
      `card      ${digest}`,
      `expires   ${new Date(body.expiresAt).toISOString()}`,
    ].join('\n'),
    `Read the card before you answer: cordon approvals ${plain(workflowId)}`,
    ...(page === undefined ? [] : [`or at ${page}`]),
    'Nothing in this message approves anything, and no answer to it is read.',
  ].join('\n\n');
}

export function noticeSubject(body: CardBody, occasion: Occasion): string {
  if (occasion === 'break_glass') return `BREAK-GLASS: ${plain(body.task)} (case ${plain(body.caseId)})`;
  const urgent = { opened: '', reminder: 'Reminder: ', escalation: 'Last call: ' }[occasion];
  return `${urgent}${plain(body.task)} waits for approval (case ${plain(body.caseId)})`;
}

export function byHandSubject({ caseId }: RunRef, task: string): string {
  return `UNDO BY HAND: ${plain(task)} (case ${plain(caseId)})`;
}

export function byHandText({ link }: Pick<Notices, 'link'>, { workflowId }: RunRef, task: string): string {
  const page = pageOf(link, workflowId, task);
  return [
    'Something could not be put back as it was, and waits for a person.',
    [`run       ${plain(workflowId)}`, `task      ${plain(task)}`].join('\n'),
    `Read what is to be done: cordon approvals ${plain(workflowId)}`,
    ...(page === undefined ? [] : [`or at ${page}`]),
    'Nothing in this message confirms anything, and no answer to it is read.',
  ].join('\n\n');
}

function pageOf(link: string | null, run: string, task: string): string | undefined {
  return link?.replaceAll('{run}', encodeURIComponent(run)).replaceAll('{task}', encodeURIComponent(task));
}

/** On one line, whatever it holds. */
function plain(text: string): string {
  return text.replace(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '·').slice(0, 200);
}
