/** Is there such a task in this run? */
import { didYouMean } from '../../workflows/language/suggest.ts';
import type { RunReport } from '../../workflows/walk/report.ts';
import { oneLine } from '../render/text.ts';

/** Null when there is. */
export function faultOfTask(task: string, report: RunReport): string | null {
  if (Object.hasOwn(report.tasks, task)) return null;
  return `${oneLine(report.playbook_id)} has no task ${oneLine(task, 100)}. ${didYouMean(task, Object.keys(report.tasks), 'tasks')}`;
}
