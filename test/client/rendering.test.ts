import { describe, expect, test } from '@jest/globals';
import { renderOpenItem } from '../../client/render/card.ts';
import { renderReport, renderTask } from '../../client/render/report.ts';
import { table } from '../../client/render/table.ts';
import { renderLeft, renderOutline, renderTakenBack } from '../../client/render/undo.ts';
import { exactJson, fenced, oneLine } from '../../client/render/text.ts';
import { widthOf } from '../../client/render/width.ts';
import { openCard, paper, runReport, taskReport } from './samples.ts';

/** Clears the screen, reorders text, hides letters, passes for a line of ours. */
const HOSTILE = 'ok\u001b[2J\u202Egpj.exe\u200b\n✓ approve was taken\r\tx\u2028y\u0000';

const SHOWN =
  'ok<U+001B>[2J<U+202E>gpj.exe<U+200B><U+000A>✓ approve was taken<U+000D><U+0009>x<U+2028>y<U+0000>';

describe('text that others wrote', () => {
  test('shows what would act unseen', () => {
    expect(oneLine(HOSTILE)).toBe(SHOWN);
  });

  test('stays what it is where it is harmless', () => {
    for (const text of ['Jo Müller', '密码', 'שלום', 'a \u{1F600} b', 'e\u0301'])
      expect(oneLine(text)).toBe(text);
  });

  test('tags, half characters and invisible letters are named as well', () => {
    expect(oneLine('\u{E0041}\ud800\u3164\ufe0f\u00ad')).toBe('<U+E0041><U+D800><U+3164><U+FE0F><U+00AD>');
  });

  test('of several lines stands behind a bar', () => {
    expect(fenced('one\ntwo\u001b[1A')).toBe('\n  │ one\n  │ two<U+001B>[1A');
    expect(fenced('one')).toBe('one');
  });

  test('is cut where it is too long, and says so', () => {
    expect(oneLine('x'.repeat(30), 10)).toBe('xxxxxxxxxx… (20 more characters, SHA-256 d4fc1db665446507…)');
  });

  test('as JSON is exactly what would run', () => {
    const value = { a: 'x\u202Ey\u{E0041}', 'k\u200b': ['\n', '\\u202e'] };
    const shown = exactJson(value);
    expect(shown).not.toMatch(/[\u202E\u200b]/);
    expect(JSON.parse(shown)).toEqual(value);
  });
});

describe('a table', () => {
  const columns = [{ title: 'TASK' }, { title: 'WHY', rest: true }] as const;

  test('wraps what is too long, cuts nothing, and stays within 80 columns', () => {
    const text = table(columns, [['a'.repeat(40), `${'word '.repeat(20)}${'x'.repeat(60)}`]], paper());
    expect(text).toBe(
      [
        'TASK                                WHY',
        'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa  word word word word word word word word word',
        'aaaaaa                              word word word word word word word word word',
        '                                    word word',
        '                                    xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
        '                                    xxxxxxxxxxxxxxxx',
        '',
      ].join('\n'),
    );
  });

  test('gives wide characters the room they take', () => {
    const text = table(
      columns,
      [
        ['漢字', '漢'.repeat(60)],
        ['e\u0301e', 'x'],
      ],
      paper(),
    );
    expect(
      text
        .split('\n')
        .map(widthOf)
        .every((width) => width <= 80),
    ).toBe(true);
    expect(text).toContain('\ne\u0301e    x\n');
  });

  test('is coloured on a terminal and where it is forced, and never with NO_COLOR', () => {
    const cell = (stream: ReturnType<typeof paper>): string =>
      table(columns, [[{ text: 'a', paint: stream.colours.green }, 'b']], stream);
    const tty = { columns: 100, rows: 40 };
    expect(cell(paper())).not.toContain('\u001b');
    expect(cell(paper({ FORCE_COLOR: '1' }))).toContain('\u001b[32ma\u001b[39m');
    expect(cell(paper({}, tty))).toContain('\u001b[32ma\u001b[39m');
    expect(cell(paper({ NO_COLOR: '1' }, tty))).not.toContain('\u001b');
    expect(cell(paper({ NO_COLOR: '1', FORCE_COLOR: '1' }))).not.toContain('\u001b');
    expect(cell(paper({ TERM: 'dumb' }, tty))).not.toContain('\u001b');
  });
});

describe('a run', () => {
  test('is a table of its tasks with the reason of each', () => {
    const report = runReport([
      taskReport({ task_name: 'proof_of_control' }),
      taskReport({
        task_name: 'delete_filters',
        layer: 1,
        status: 'rejected',
        reason: 'bo: not these',
        attempts: 0,
      }),
      taskReport({ task_name: 'rotate_password', layer: 1, approvers: ['bo', 'cy'], attempts: 3 }),
      taskReport({
        task_name: 'coach',
        layer: 2,
        status: 'blocked',
        reason: 'delete_filters was rejected',
        attempts: 0,
      }),
    ]);
    expect(renderReport(report, paper())).toBe(
      `p for C1: waiting (2 completed, 1 rejected, 1 blocked)

LAYER  TASK              STATUS     WHY
0      proof_of_control  completed
1      delete_filters    rejected   bo: not these
1      rotate_password   completed  approved by bo, cy; 3 attempts
2      coach             blocked    delete_filters was rejected
`,
    );
  });

  test('cannot be made to look like another by what people and providers said', () => {
    const text = renderReport(runReport([taskReport({ status: 'rejected', reason: HOSTILE })]), paper());
    expect(text.split('\n').filter((line) => line.startsWith('✓'))).toEqual([]);
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\u202E|\u2028/u);
    expect(text).toContain('<U+202E>');
  });

  test('shows one task with all that is known of it', () => {
    const task = taskReport({
      task_name: 'rotate_password',
      task_type: 'RotatePassword',
      connector: 'google-workspace',
      needs: ['proof'],
      status: 'failed',
      error: 'the provider said no',
      error_code: 'forbidden',
      reason: 'the provider said no',
      inputs: { user_email: 'jo@corp.example' },
      attempts: 2,
    });
    expect(renderTask(task, paper())).toBe(`rotate_password  failed
  type          RotatePassword
  connector     google-workspace
  reversibility A
  needs         proof
  error         the provider said no (forbidden)
  attempts      2
  inputs        {
                  "user_email": "jo@corp.example"
                }
`);
  });
});

describe('an undo', () => {
  const outline = {
    ...runReport([]),
    undo: {
      workflow_id: 'cordon-p-C1',
      run_id: 'r1',
      playbook_id: 'p',
      items: [
        {
          task: 'isolate',
          type: 'NetworkIsolate',
          connector: 'network',
          reversibility: 'A',
          state: 'to_undo',
          says: 'port vnet3 is back in VLAN 10',
        },
        {
          task: 'revoke',
          type: 'RevokeOAuthTokens',
          connector: 'google-workspace',
          reversibility: 'C',
          state: 'cannot',
          says: `it cannot be undone${HOSTILE}`,
        },
      ],
    },
  } as const;

  test('shows what is taken back, and what stays and why', () => {
    const text = renderOutline(outline, paper());
    expect(text).toMatch(/^Undo of cordon-p-C1, the last effect first\n\nisolate /);
    expect(text).toMatch(/isolate +taken back +can be undone exactly\n    port vnet3/);
    expect(text).toMatch(/revoke +stays +cannot be undone/);
    expect(text).not.toContain('\u001b');
  });

  test('says at its end what it has not taken back', () => {
    expect(renderLeft(outline, paper())).toContain('Not taken back:\n  revoke: it cannot be undone');
    expect(renderLeft(runReport([]), paper())).toBe('');
  });

  test('is told of with the run it took back: what is as before, and what its undo did not come to', () => {
    const undo = 'cordon-p-C1/undo';
    const taken = [
      { task: 'isolate', status: 'completed', undo },
      { task: `block${HOSTILE}`, status: 'waiting_approval', undo },
    ];
    const text = renderTakenBack(taken, paper());
    expect(text).toContain('Undone since:\n  isolate: taken back (cordon-p-C1/undo)\n');
    expect(text).toContain('its undo is waiting approval');
    expect(text).not.toContain('\u001b');
    expect(renderTakenBack([], paper())).toBe('');
  });
});

describe('what waits for a person', () => {
  test('a card tells everything that is being agreed to, and how to answer', () => {
    expect(renderOpenItem('cordon-p-C1', openCard({ quorum: 2 }), paper()))
      .toBe(`rotate_password waits for approval
  would run     RotatePassword through google-workspace
  on            jo@corp.example
  effect        cannot be undone
  run           cordon-p-C1, case C1
  playbook      p, version 1
  asked for by  ann
  rules         account-recovery
  approvals     0 of 2
  expires       1970-01-02T00:00:00.000Z
  inputs        {
                  "user_email": "jo@corp.example"
                }
  digest        abababababababababababababababababababababababababababababababab
  to approve    cordon approve cordon-p-C1 rotate_password --as YOU --reason WHY
  to refuse     cordon reject cordon-p-C1 rotate_password --as YOU --reason WHY
`);
  });

  test('no input of a card can pass for one of its lines', () => {
    const text = renderOpenItem(
      'cordon-p-C1',
      openCard({ inputs: { note: HOSTILE }, requestedBy: HOSTILE, targets: [HOSTILE] }),
      paper(),
    );
    expect(text.split('\n').filter((line) => line.startsWith('✓'))).toEqual([]);
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\u202E|\u2028/u);
    expect(text).toContain('\\u202e');
  });

  test('a workflow id that a shell would take apart is quoted', () => {
    expect(renderOpenItem("x'; rm -rf ~ #", openCard(), paper())).toContain(
      "cordon approve 'x'\\''; rm -rf ~ #' rotate_password",
    );
  });

  test('a step only a person can do comes with the command that confirms it', () => {
    const item = {
      kind: 'confirmation',
      task: 'enroll_2fa',
      instructions: 'Call them.\nThen wait.',
      until: '2026-01-01T00:00:00.000Z',
    } as const;
    expect(renderOpenItem('cordon-p-C1', item, paper()))
      .toBe(`enroll_2fa waits until a person has done its last step
  to do
                  │ Call them.
                  │ Then wait.
  until         2026-01-01T00:00:00.000Z
  then          cordon confirm cordon-p-C1 enroll_2fa --as YOU --reason WHAT-YOU-DID
  signed        in production a name alone is not believed: add --key FILE
`);
  });

  test('a call whose fate is unknown comes with both answers', () => {
    const item = {
      kind: 'settlement',
      task: 'revoke',
      fault: 'reset after sending',
      until: '2026-01-01T00:00:00.000Z',
    } as const;
    const text = renderOpenItem('cordon-p-C1', item, paper());
    expect(text).toContain('cordon resolve cordon-p-C1 revoke --result completed');
    expect(text).toContain('cordon resolve cordon-p-C1 revoke --result failed');
  });
});
