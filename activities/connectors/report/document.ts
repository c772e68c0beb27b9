/** A report as headings, lines and tables, before it becomes Markdown or HTML. Texts are as they came; nothing is escaped. */
import type { Story } from './story.ts';

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface Section {
  readonly heading: string;
  readonly lines: readonly string[];
  readonly table?: Table;
}

export interface ReportDocument {
  readonly title: string;
  /** Said of the whole, in pairs. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly sections: readonly Section[];
}

/** What every report tells of its run, whatever it is about. */
export function storySections(story: Story): readonly Section[] {
  return [
    {
      ...section('Tasks and outcomes', {
        columns: ['Task', 'Type', 'Outcome', 'Undo'],
        rows: story.tasks.map(({ name, type, status, undo }) => [name, type, status, undo]),
      }),
      ...(story.wayBack === null ? {} : { lines: [`What can be undone is taken back by: ${story.wayBack}`] }),
    },
    section('Approvals', {
      columns: ['When', 'Task', 'By', 'Assurance', 'Card'],
      rows: story.approvals.map(({ at, task, by, assurance, card }) => [at, task, by, assurance, card]),
    }),
    section('Evidence', {
      columns: ['Collected by', 'Name', 'SHA-256', 'Bytes', 'Stored'],
      rows: story.evidence.map(({ task, name, sha256, bytes, at }) => [
        task,
        name,
        sha256,
        String(bytes),
        at,
      ]),
    }),
    section('Timeline', {
      columns: ['When', 'What', 'Task', 'Details', 'Entry'],
      rows: story.timeline.map(({ at, event, task, note, entry }) => [
        at,
        event.replaceAll('_', ' '),
        task ?? '',
        note,
        String(entry),
      ]),
    }),
  ];
}

/** A record that holds nothing of a kind says so. */
function section(heading: string, table: Table): Section {
  return table.rows.length === 0 ? { heading, lines: ['None.'] } : { heading, lines: [], table };
}
