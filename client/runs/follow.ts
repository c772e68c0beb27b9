/** Follows a run: a table that redraws itself where somebody watches, a line per change where nobody does. */
import { setTimeout as wait } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import type { Client } from '@temporalio/client';
import type { OpenItem } from '../../workflows/messages.ts';
import type { RunReport } from '../../workflows/walk/report.ts';
import { EXIT, exitOfRun, type ExitCode } from '../exit.ts';
import { renderReport } from '../render/report.ts';
import { oneLine } from '../render/text.ts';
import { widthOf } from '../render/width.ts';
import { complain, printJson, type Stream, type Terminal } from '../terminal.ts';
import { readRun, type RunReading } from './read.ts';
import { invocation } from '../self.ts';

const LOOK_EVERY_MS = 500;

export interface Following {
  readonly client: Client;
  readonly terminal: Terminal;
  readonly workflowId: string;
  readonly json: boolean;
}

/** Progress on stderr, the final report on stdout. Throws as `readRun` does. */
export async function followRun({ client, terminal, workflowId, json }: Following): Promise<ExitCode> {
  const screen = createScreen(terminal.err, workflowId);
  let unanswered = false;
  for (;;) {
    const reading = await readRun(client, workflowId);
    const over = conclusion(reading);
    if (over !== null) {
      screen.clear();
      return conclude(reading, terminal, json, over);
    }
    if (reading.kind === 'report') screen.show(reading.report, reading.open);
    if (reading.kind === 'unanswered' && !unanswered) terminal.err.write(`${reading.message}; waiting\n`);
    unanswered = reading.kind === 'unanswered';
    await wait(LOOK_EVERY_MS);
  }
}

/** Null while the run goes on. */
function conclusion(reading: RunReading): ExitCode | null {
  switch (reading.kind) {
    case 'report': {
      const { status, on_failure: undoing } = reading.report;
      // The run itself is over, but what it did is only just being taken back.
      if (undoing?.status === 'running') return null;
      return status === 'running' || status === 'waiting' ? null : exitOfRun(status);
    }
    case 'refused':
      return EXIT.usage;
    case 'ended':
      return EXIT.failed;
    case 'starting':
    case 'unanswered':
      return null;
    default:
      return reading satisfies never;
  }
}

function conclude(reading: RunReading, terminal: Terminal, json: boolean, exit: ExitCode): ExitCode {
  if (reading.kind === 'refused')
    return complain(
      terminal,
      // A remedy stands on a line of its own; within one line it follows.
      reading.problems.map((told) => oneLine(told.replaceAll(/\s*\n\s*/g, ' '))),
      exit,
    );
  if (reading.kind === 'ended') return complain(terminal, [`the run ended: ${oneLine(reading.how)}`], exit);
  if (reading.kind !== 'report') return exit;
  if (json) printJson(terminal, reading.report);
  else terminal.out.write(renderReport(reading.report, terminal.out));
  return exit;
}

interface Screen {
  show(report: RunReport, open: readonly OpenItem[]): void;
  clear(): void;
}

/** A table taller than the terminal cannot be redrawn in place, so it becomes lines as well. */
export function createScreen(stream: Stream, workflowId: string): Screen {
  const lines = createLines(stream, workflowId);
  let shown = '';
  let drawn = 0;
  const clear = (): void => {
    if (drawn > 0) stream.write(`\u001b[${drawn}A\u001b[0J`);
    drawn = 0;
  };
  return {
    clear,
    show(report, open) {
      if (stream.rows === null) return lines(report, open);
      const hints = open.map((item) => `${hint(workflowId, item)}\n`).join('') + undoHint(report);
      const text = `${renderReport(report, stream)}${hints === '' ? '' : `\n${hints}`}`;
      if (text === shown) return;
      shown = text;
      const height = heightOf(text, stream.width);
      clear();
      if (height >= stream.rows) return lines(report, open);
      stream.write(text);
      drawn = height;
    },
  };
}

/** Lines on the terminal, which breaks those that are too long for it. */
function heightOf(text: string, width: number): number {
  const lines = stripVTControlCharacters(text).split('\n').slice(0, -1);
  return lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / width)), 0);
}

function createLines(stream: Stream, workflowId: string): Screen['show'] {
  const known = new Map<string, string>();
  let told = '';
  return (report, open) => {
    const undoing = undoHint(report);
    if (undoing !== told) stream.write(undoing);
    told = undoing;
    for (const { task_name: task, status, reason } of Object.values(report.tasks)) {
      if (known.get(task) === status || (status === 'pending' && !known.has(task))) continue;
      known.set(task, status);
      const item = open.find((one) => one.task === task);
      const why = item ? hint(workflowId, item) : reason === null ? '' : oneLine(reason, 200);
      stream.write(`${oneLine(task)}: ${status}${why === '' ? '' : ` (${why})`}\n`);
    }
  };
}

function undoHint({ on_failure: undoing }: RunReport): string {
  if (undoing?.status !== 'running') return '';
  return `what it did is taken back: ${oneLine(invocation('follow', undoing.undo))}\n`;
}

function hint(workflowId: string, { kind, task }: OpenItem): string {
  switch (kind) {
    case 'approval':
      return `${oneLine(task)} waits for approval: ${oneLine(invocation('approvals', workflowId))}`;
    case 'confirmation':
    case 'settlement':
    case 'review':
      return `${oneLine(task)} waits for a person: ${oneLine(invocation('approvals', workflowId))}`;
    default:
      return kind satisfies never;
  }
}
