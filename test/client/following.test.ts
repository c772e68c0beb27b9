import { describe, expect, test } from '@jest/globals';
import { EXIT, exitOfRun } from '../../client/exit.ts';
import { createScreen } from '../../client/runs/follow.ts';
import { openCard, paper, runReport, taskReport } from './samples.ts';

const running = runReport(
  [
    taskReport({ task_name: 'rotate_password', status: 'running' }),
    taskReport({ task_name: 'coach', status: 'pending' }),
  ],
  'running',
);
const waiting = runReport([
  taskReport({ task_name: 'rotate_password', status: 'waiting_approval' }),
  taskReport({ task_name: 'coach', status: 'pending' }),
]);
const over = runReport(
  [taskReport({ task_name: 'rotate_password' }), taskReport({ task_name: 'coach' })],
  'completed',
);

/** Up so many lines, then clear to the end of the screen. */
const ERASE = (lines: number): string => `\u001b[${lines}A\u001b[0J`;

describe('following a run', () => {
  test('in a log there is a line per change, and the command that answers what waits', () => {
    const stream = paper();
    const screen = createScreen(stream, 'cordon-p-C1');
    for (const report of [running, running, waiting, waiting])
      screen.show(report, report === waiting ? [openCard()] : []);
    screen.show(over, []);
    screen.clear();
    expect(stream.text()).toBe(`rotate_password: running
rotate_password: waiting_approval (rotate_password waits for approval: cordon approvals cordon-p-C1)
rotate_password: completed
coach: completed
`);
  });

  test('on a terminal one table is redrawn in its place, and nothing is written while nothing changes', () => {
    const stream = paper({ NO_COLOR: '1' }, { columns: 80, rows: 24 });
    const screen = createScreen(stream, 'cordon-p-C1');
    screen.show(running, []);
    const first = stream.text();
    expect(first.split('\n')).toHaveLength(6);
    screen.show(running, []);
    expect(stream.text()).toBe(first);
    screen.show(waiting, [openCard()]);
    expect(
      stream
        .text()
        .slice(first.length)
        .startsWith(`${ERASE(5)}p for C1: waiting`),
    ).toBe(true);
    screen.clear();
    expect(stream.text().endsWith(ERASE(7))).toBe(true);
  });

  test('a table taller than the terminal becomes lines', () => {
    const stream = paper({ NO_COLOR: '1' }, { columns: 80, rows: 4 });
    createScreen(stream, 'cordon-p-C1').show(running, []);
    expect(stream.text()).toBe('rotate_password: running\n');
  });
});

describe('exit codes', () => {
  test.each([
    ['completed', EXIT.done],
    ['failed', EXIT.failed],
    ['incomplete', EXIT.notDone],
    ['cancelled', EXIT.notDone],
    ['waiting', EXIT.notDone],
    ['running', EXIT.notDone],
  ] as const)('a run that is %s ends its command with %d', (status, exit) => {
    expect(exitOfRun(status)).toBe(exit);
  });
});
