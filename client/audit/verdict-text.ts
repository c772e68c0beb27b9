/** A verdict on the record, for people and for machines. */
import type { RecordVerdict } from '../../activities/verify/verdict.ts';
import { field } from '../render/fields.ts';
import { oneLine } from '../render/text.ts';
import type { Stream } from '../terminal.ts';

const LEVELS = [
  'each entry confirms the one before',
  "and the log's own head agrees",
  'and checkpoints signed with trusted keys agree, wherever one is due',
  'and so do copies kept elsewhere',
] as const;

export function verdictText(source: string, verdict: RecordVerdict, stream: Stream): string {
  const { colours } = stream;
  if (verdict.kind === 'broken') {
    const where = verdict.firstBad === null ? 'the record' : `entry ${verdict.firstBad}`;
    return [
      `${colours.red('✗')} not verified: ${where} of ${oneLine(source)} cannot be trusted\n`,
      field('why', `${verdict.code}: ${oneLine(verdict.reason)}`, stream),
      field('before it', entriesText(verdict.entries, 'hold', 'holds'), stream),
      field(
        'next',
        'keep what you have as evidence; compare with a copy kept elsewhere (--witness) and with Temporal (--temporal)',
        stream,
      ),
    ].join('');
  }
  const { entries, level, head, root, log, signed, witnessed, values, notices, deep } = verdict;
  return [
    `${colours.green('✓')} verified at level ${level} of 3: ${entriesText(entries, '', '').trim()}${deep ? ', each read whole' : ''}\n`,
    field('shown', LEVELS.slice(0, level + 1).join(', '), stream),
    field('log', log === null ? null : oneLine(log), stream),
    field('head', head, stream, { whole: true }),
    field('root', root, stream, { whole: true }),
    field('signed', level >= 2 ? reachText(signed, entries) : null, stream),
    field('elsewhere', witnessed > 0 ? reachText(witnessed, entries) : null, stream),
    field('values', valuesText(values), stream),
    ...notices.map((notice) => field('note', oneLine(notice), stream)),
    ...(level < 2 ? [field('note', HINT, stream)] : []),
  ].join('');
}

const HINT =
  'no signature was checked; give the keys you trust with --policy, and copies kept elsewhere with --witness';

function entriesText(count: number, plural: string, singular: string): string {
  return count === 1 ? `1 entry ${singular}` : `${count} entries ${plural}`;
}

function reachText(reached: number, entries: number): string {
  return reached === entries ? 'all of them' : `the first ${reached}; ${entries - reached} are newer`;
}

function valuesText({
  present,
  erased,
  notCarried,
}: Extract<RecordVerdict, { kind: 'verified' }>['values']): string {
  if (notCarried > 0) return `${notCarried} committed to, none carried`;
  if (present + erased === 0) return 'none';
  return `${present} kept, ${erased} erased, none missing`;
}

/** Keys are stable: others script against them. */
export function verdictJson(source: string, verdict: RecordVerdict): object {
  if (verdict.kind === 'broken') {
    const { code, entries, firstBad, reason } = verdict;
    return { source, verified: false, code, entries, first_bad: firstBad, reason };
  }
  const { log, entries, head, root, level, signed, witnessed, values, deep, notices } = verdict;
  const { present, erased, notCarried } = values;
  return {
    source,
    verified: true,
    level,
    log,
    entries,
    head,
    root,
    signed,
    witnessed,
    values: { present, erased, not_carried: notCarried },
    deep,
    notices,
    first_bad: null,
    reason: null,
  };
}
