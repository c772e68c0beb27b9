/** What waits for a person, with all that must be read before answering. */
import { UNDO } from '../../activities/catalogue/undo.ts';
import { digestOf } from '../../activities/keys.ts';
import type { JsonObject } from '../../workflows/language/json.ts';
import type { OpenItem } from '../../workflows/messages.ts';
import { termsOf } from '../../workflows/walk/terms.ts';
import type { CardBody } from '../../workflows/ports.ts';
import type { Reversibility } from '../../workflows/language/plan.ts';
import type { Stream } from '../terminal.ts';
import { field } from './fields.ts';
import { exactJson, fenced, oneLine } from './text.ts';
import { invocation } from '../self.ts';

export const REVERSIBILITY: { readonly [kind in Reversibility]: string } = {
  none: 'changes nothing',
  A: 'can be undone exactly',
  B: 'can be undone, with loss',
  C: 'cannot be undone',
};

const PUT_BACK: { readonly [kind in Reversibility]: string } = {
  ...REVERSIBILITY,
  A: 'puts back exactly what there was',
  B: 'puts back what there was, with the loss that its inputs name',
};

/** What an undo does to how things are is told in other words: it is itself what others can be undone by. */
export function effectText({ type, reversibility }: Pick<CardBody, 'type' | 'reversibility'>): string {
  return (type === UNDO ? PUT_BACK : REVERSIBILITY)[reversibility];
}

const WHOLE = { whole: true } as const;
/** Whether it is so, the worker knows and the item does not say. */
const SIGNED = 'in production a name alone is not believed: add --key FILE';

export function renderOpenItem(workflowId: string, item: OpenItem, stream: Stream): string {
  switch (item.kind) {
    case 'approval':
      return renderCard(workflowId, item, stream);
    case 'confirmation':
      return [
        title(item.task, 'waits until a person has done its last step', stream),
        field('to do', fenced(item.instructions), stream),
        field('until', item.until, stream),
        field(
          'then',
          answer('confirm', workflowId, item.task, '--as', 'YOU', '--reason', 'WHAT-YOU-DID'),
          stream,
          WHOLE,
        ),
        field('signed', SIGNED, stream),
      ].join('');
    case 'settlement':
      return [
        title(item.task, 'may or may not have taken effect', stream),
        field('fault', fenced(item.fault), stream),
        field('until', item.until, stream),
        field('then', 'look at the provider, and say what became of it:', stream),
        field('if it did', settle(workflowId, item.task, 'completed'), stream, WHOLE),
        field('if not', settle(workflowId, item.task, 'failed'), stream, WHOLE),
        field('signed', SIGNED, stream),
      ].join('');
    case 'review':
      return [
        title(item.task, 'was done behind broken glass', stream),
        field('by', oneLine(item.by), stream),
        field('ticket', oneLine(item.ticket), stream),
        field('use', item.use, stream, WHOLE),
        field(
          'then',
          answer('review', workflowId, item.task, '--as', 'YOU', '--reason', 'WHAT-YOU-SAW', '--key', 'FILE'),
          stream,
          WHOLE,
        ),
      ].join('');
    default:
      return item satisfies never;
  }
}

function renderCard(
  workflowId: string,
  { task, card, approvals }: Extract<OpenItem, { readonly kind: 'approval' }>,
  stream: Stream,
): string {
  const { body, digest } = card;
  const given = approvals.length === 0 ? '' : `, given by ${approvals.map((by) => oneLine(by)).join(', ')}`;
  return [
    title(task, 'waits for approval', stream),
    field('would run', `${oneLine(body.type)} through ${oneLine(body.connector)}`, stream),
    field('on', targets(body.targets), stream),
    field('effect', effectText(body), stream),
    field('run', `${oneLine(workflowId)}, case ${oneLine(body.caseId)}`, stream),
    field('playbook', `${oneLine(body.playbook)}, version ${oneLine(body.playbookVersion)}`, stream),
    field('asked for by', oneLine(body.requestedBy), stream),
    field('rules', body.rules.map((rule) => oneLine(rule)).join(', ') || 'the playbook itself asks', stream),
    field('approvals', `${approvals.length} of ${body.quorum}${wanted(body)}${given}`, stream),
    field('not before', body.notBefore > body.openedAt ? iso(body.notBefore) : null, stream),
    field('expires', iso(body.expiresAt), stream),
    field('inputs', exactJson(shown(body)), stream, WHOLE),
    field('digest', digest, stream, WHOLE),
    field('to approve', answer('approve', workflowId, task, ...asWhom(body)), stream, WHOLE),
    field('to refuse', answer('reject', workflowId, task, ...asWhom(body)), stream, WHOLE),
  ].join('');
}

/** Policy may keep a field off screens. The card holds it all the same, and its digest covers it. */
function shown({ inputs, obligations = [] }: Partial<CardBody>): JsonObject {
  const hidden = new Set(obligations.flatMap((one) => (one.kind === 'redact' ? one.fields : [])));
  const all = Object.entries(inputs ?? {});
  return Object.fromEntries(
    all.map(([name, value]) => [name, hidden.has(name) ? `[redacted, SHA-256 ${digestOf(value)}]` : value]),
  );
}

const MOST_TARGETS = 50;

/** All of them are on the card; a screen shows so many, and says how many there are. */
function targets(names: readonly string[]): string {
  const shown = names.slice(0, MOST_TARGETS).map((name) => oneLine(name, 200));
  const left = names.length - shown.length;
  const count = names.length > 1 ? [`(${names.length} targets)`] : [];
  return [...shown, ...(left > 0 ? [`… and ${left} more, with \`--json\``] : []), ...count].join('\n');
}

/** Whose approval is wanted, and how surely it must be theirs. */
function wanted(body: CardBody): string {
  const { groups, minAssurance } = termsOf(body);
  const each = groups.map(({ group, count }) => `${count} of ${oneLine(group)}`).join(', ');
  const proof = minAssurance === 'V0' ? '' : `, proved as ${minAssurance} or better`;
  return `${each === '' ? '' : ` (${each})`}${proof}`;
}

/** What has to be filled in: a key where a mere name would not do, a number where there are many targets. */
function asWhom(body: CardBody): readonly string[] {
  const key = termsOf(body).minAssurance === 'V0' ? [] : ['--key', 'FILE'];
  return ['--as', 'YOU', '--reason', 'WHY', ...key];
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

/** Names come from others, and what is copied into a shell must be what is seen. */
function answer(...words: readonly string[]): string {
  return oneLine(invocation(...words));
}

function settle(workflowId: string, task: string, result: string): string {
  return answer('resolve', workflowId, task, '--result', result, '--as', 'YOU', '--reason', 'WHAT-YOU-SAW');
}

function title(task: string, says: string, { colours }: Stream): string {
  return `${colours.bold(oneLine(task))} ${colours.cyan(says)}\n`;
}
