/** Entries of the record as a timeline that a person can read at three in the morning. */
import type { Entry } from '../../workflows/audit/entry.ts';
import type { Stream } from '../terminal.ts';
import { table } from './table.ts';
import { oneLine } from './text.ts';

/** Longer texts are for `--json`. */
const LONGEST = 120;

export function timeline(entries: readonly Entry[], stream: Stream): string {
  return table(
    [{ title: 'entry' }, { title: 'time (UTC)' }, { title: 'task' }, { title: 'what', rest: true }],
    entries.map(({ i, body }) => [
      String(i),
      body.workflow_time.slice(0, 19).replace('T', ' '),
      oneLine(body.task ?? '-', LONGEST),
      `${body.event.replaceAll('_', ' ')}${detailsText(body.details)}`,
    ]),
    stream,
  );
}

function detailsText(details: Entry['body']['details']): string {
  const told = Object.entries(details).flatMap(([name, value]) => {
    const text = textOf(value);
    return text === null ? [] : [`${name.replaceAll('_', ' ')} ${text}`];
  });
  return told.length === 0 ? '' : `: ${told.join(', ')}`;
}

function textOf(value: unknown): string | null {
  if (value === null || value === '') return null;
  if (typeof value === 'string')
    return oneLine(/^[0-9a-f]{64}$/.test(value) ? `${value.slice(0, 12)}…` : value, LONGEST);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) {
    const texts = value.map(textOf).filter((text) => text !== null);
    return texts.length === 0 ? null : texts.join(' and ');
  }
  if (typeof value !== 'object') return null;
  if ('commit' in value) return '(erased, or not carried here)';
  const texts = Object.values(value)
    .map(textOf)
    .filter((text) => text !== null);
  return texts.length === 0 ? null : texts.join(' ');
}
