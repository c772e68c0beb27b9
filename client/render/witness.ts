/** What Temporal's history says of the record, as an auditor reads it: one line for each finding. */
import { tell, type Witness } from '../../worker/reconcile/verify.ts';
import type { Stream } from '../terminal.ts';
import { oneLine } from './text.ts';

const WHY: { readonly [kind in keyof Witness['explained']]-?: string } = {
  earlier_attempt: 'by an attempt of a call that was tried again',
  step_again: 'by a step that was lost and run again, and learnt something else',
  step_dropped: 'by a step that was lost, after which the run took another way',
  cut_off: 'by an execution that was terminated, reset or timed out in the middle',
  under_way: 'by a run that is under way',
  before_receipts: 'before there were receipts',
  sealed: 'under a history that is gone, and compared when it was sealed',
  history_gone: 'under a history that is gone and was never sealed',
  seal: 'to seal a history',
};

/** A finding may hold a reason, a name or a fault, but nothing longer than this helps. */
const LONGEST_LINE = 600;

export function witnessText({ colours }: Stream, witness: Witness): string {
  const { agrees, runs, executions, confirmed, confirmedTo, firstBad, findings, more, explained } = witness;
  const scope = `runs: ${runs}, executions: ${executions}, receipts: ${confirmed}`;
  const verdict = agrees
    ? `${colours.green('✓')} Temporal's own history agrees (${scope})`
    : `${colours.red('✗')} record and Temporal's own history disagree${firstBad === null ? '' : `, first over entry ${firstBad}`} (${scope})`;
  const lines = [
    verdict,
    // A receipt holds the leaf before it, and so everything that came earlier.
    ...(agrees && confirmedTo !== null ? [`  confirmed up to entry ${confirmedTo}`] : []),
    ...Object.entries(explained).map(
      ([kind, count]) => `  without a receipt: ${count} recorded ${WHY[kind as keyof typeof WHY]}`,
    ),
    ...findings.map((finding) => {
      const mark = finding.trouble ? colours.red('✗') : colours.yellow('•');
      return `  ${mark} ${oneLine(tell(finding), LONGEST_LINE)}`;
    }),
    ...(more === 0 ? [] : [`  and ${more} more`]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}
