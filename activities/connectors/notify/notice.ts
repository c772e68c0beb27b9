/** What a team is told, before any channel dresses it. */
import type { InputOf } from '../../catalogue/task-type.ts';
import type { NotifyTeam } from '../../catalogue/device.ts';

export interface Notice {
  /** Ours, apart from the case id: nothing from a provider can stand in for it. */
  readonly title: string;
  /** One line. */
  readonly message: string;
  readonly report: string | null;
}

export function noticeFor(
  { severity, message, report_url }: InputOf<typeof NotifyTeam>,
  caseId: string,
): Notice {
  return {
    title: `[${severity}] case ${oneLine(caseId)}`,
    message: oneLine(message),
    report: report_url === undefined ? null : oneLine(report_url),
  };
}

/**
 * No line breaks, controls or marks that turn the direction of text: with those, a message that quotes a
 * stranger's words could be made to look like several, or like one of ours.
 */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]+/gu, ' ').trim();
}
