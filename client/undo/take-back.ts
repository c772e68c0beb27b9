/** `cordon undo` from end to end, for the command and for whoever shows it: look, say, start, follow. */
import type { UndoItem } from '../../workflows/language/plan.ts';
import type { RunReport } from '../../workflows/walk/report.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { renderLeft, renderOutline } from '../render/undo.ts';
import { oneLine } from '../render/text.ts';
import { followRun } from '../runs/follow.ts';
import { invocation } from '../self.ts';
import { complain, printJson, type Terminal } from '../terminal.ts';
import { NO_WORKER } from '../trouble.ts';
import { previewUndo, startUndo, type UndoOrder } from './undo.ts';

export interface TakingBack extends UndoOrder {
  readonly terminal: Terminal;
  readonly json?: boolean;
  /** Only say what would be done. */
  readonly planOnly?: boolean;
  /** Print the workflow id and do not follow. */
  readonly detach?: boolean;
}

/** Throws as `readRun` does. */
export async function takeBack(order: TakingBack): Promise<ExitCode> {
  const { terminal } = order;
  const seen = await previewUndo(order);
  if (seen.kind === 'unanswered') return complain(terminal, [NO_WORKER], EXIT.failed);
  if (seen.kind === 'refused')
    return complain(terminal, seen.problems.map(told), exitOfRefusal(seen.problems));
  const items = seen.report.undo?.items ?? [];
  if (order.planOnly === true) {
    if (order.json === true) printJson(terminal, seen.report.undo ?? null);
    else terminal.out.write(renderOutline(seen.report, terminal.out));
    return EXIT.done;
  }
  const left = items.filter(({ task }) => order.task === undefined || task === order.task);
  if (!left.some(({ state }) => state === 'to_undo')) return nothingLeft(order, seen.report, left);
  terminal.err.write(renderOutline(seen.report, terminal.err));
  return start(order);
}

async function start(order: TakingBack): Promise<ExitCode> {
  const { terminal, client, json = false } = order;
  const started = await startUndo(order);
  const { workflowId } = started;
  if (started.kind === 'running') {
    const how = oneLine(invocation('follow', workflowId));
    return complain(terminal, [`an undo of this run is under way: ${how}`], EXIT.notDone);
  }
  if (order.detach === true) {
    if (json) printJson(terminal, { workflow_id: workflowId, run_id: started.runId });
    else terminal.out.write(`${workflowId}\n`);
    return EXIT.done;
  }
  terminal.err.write(`\nstarted ${oneLine(workflowId)}\n`);
  return followRun({ client, terminal, workflowId, json });
}

/** What was taken back before needs nothing more, so a script that repeats itself has done no wrong. */
function nothingLeft(
  { terminal, workflowId, json }: TakingBack,
  report: RunReport,
  items: readonly UndoItem[],
): ExitCode {
  if (json === true) printJson(terminal, report.undo ?? null);
  const has = (state: UndoItem['state']): boolean => items.some((item) => item.state === state);
  if (has('undone') && !has('open')) {
    terminal.err.write(`${oneLine(workflowId)}: what can be undone was taken back before\n`);
    terminal.err.write(renderLeft(report, terminal.err));
    return EXIT.done;
  }
  const why = items.map(({ task, says }) => `  ${oneLine(task)}: ${oneLine(says)}`);
  const problem = [`nothing of ${oneLine(workflowId)} can be undone`, ...why].join('\n');
  return complain(terminal, [problem], EXIT.notDone);
}

function told(problem: string): string {
  return oneLine(problem.replaceAll(/\s*\n\s*/g, ' '));
}

/** Not now is another thing than never. */
function exitOfRefusal(problems: readonly string[]): ExitCode {
  return problems.some((one) => /^(run_not_over|nothing_to_undo):/.test(one)) ? EXIT.notDone : EXIT.usage;
}
