/** How a command ended, for scripts. */
import type { RunReport } from '../workflows/walk/report.ts';

export const EXIT = {
  done: 0,
  /** The run failed, something is wrong with what was checked, or something we need cannot be had. */
  failed: 1,
  /** Wrong usage, or an invalid playbook, rehearsal or configuration. */
  usage: 2,
  /** Not done yet, or not allowed to be done. */
  notDone: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** An incomplete or cancelled run did nothing wrong, but did not do what was asked for either. */
export function exitOfRun(status: RunReport['status']): ExitCode {
  switch (status) {
    case 'completed':
      return EXIT.done;
    case 'failed':
      return EXIT.failed;
    case 'incomplete':
    case 'cancelled':
    case 'running':
    case 'waiting':
      return EXIT.notDone;
    default:
      return status satisfies never;
  }
}
