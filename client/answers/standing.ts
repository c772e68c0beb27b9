/** Does this task wait for this kind of word? Asked before anything is sent, so that mistakes are told in words. */
import type { OpenItem } from '../../workflows/messages.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { oneLine } from '../render/text.ts';
import { faultOfTask } from '../runs/task-name.ts';
import type { RunReading } from '../runs/read.ts';

type Item<Kind extends OpenItem['kind']> = Extract<OpenItem, { readonly kind: Kind }>;

export type Standing<Kind extends OpenItem['kind']> =
  | { readonly kind: 'open'; readonly item: Item<Kind> }
  | { readonly kind: 'no'; readonly message: string; readonly exit: ExitCode }
  /** No worker could be asked. */
  | { readonly kind: 'unknown'; readonly message: string };

const WAITS_FOR: { readonly [kind in OpenItem['kind']]: string } = {
  approval: 'approval',
  confirmation: 'confirmation',
  settlement: 'settlement',
  review: 'review',
};

export function standingOf<Kind extends OpenItem['kind']>(
  reading: RunReading,
  task: string,
  kind: Kind,
): Standing<Kind> {
  switch (reading.kind) {
    case 'report': {
      const wrong = faultOfTask(task, reading.report);
      if (wrong !== null) return { kind: 'no', message: wrong, exit: EXIT.usage };
      const item = reading.open.find((one): one is Item<Kind> => one.task === task && one.kind === kind);
      if (item !== undefined) return { kind: 'open', item };
      const status = reading.report.tasks[task]?.status ?? 'unknown';
      return no(`${oneLine(task)} does not wait for ${WAITS_FOR[kind]}: it is ${status}`);
    }
    case 'starting':
      return no('the run is only just starting; try again in a moment');
    case 'refused':
      return no('the run was refused when it started; nothing waits');
    case 'ended':
      return no(`the run is over: ${oneLine(reading.how)}`);
    case 'unanswered':
      return { kind: 'unknown', message: reading.message };
    default:
      return reading satisfies never;
  }
}

function no(message: string): { readonly kind: 'no'; readonly message: string; readonly exit: ExitCode } {
  return { kind: 'no', message, exit: EXIT.notDone };
}
