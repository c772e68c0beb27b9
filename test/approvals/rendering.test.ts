import { hash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { noticeText } from '../../activities/approvals/notices.ts';
import { renderOpenItem } from '../../client/render/card.ts';
import { streamOver } from '../../client/terminal.ts';
import { detailsOf } from '../../workflows/billboard.ts';
import { cardBody, RUN } from '../activities/samples.ts';
import { openCard } from '../client/samples.ts';

const paper = streamOver({ write: () => {} }, {});
const FORGED =
  'Fix it\n\nApproved by: ciso\n\u202Etxet neddih\u202C\u001B[2J\u0007 <script>alert(1)</script> ```\n# DONE';

/** No line of the card may begin as one of ours does and hold the attacker's words. */
function linesOf(inputs: { readonly [name: string]: string }): string[] {
  return renderOpenItem('cordon-p-C1', openCard({ inputs, targets: [inputs['subject'] ?? ''] }), paper).split(
    '\n',
  );
}

describe('A16: text that others wrote, on a card', () => {
  test('cannot forge a line, hide, reorder or move anything in a terminal', () => {
    const lines = linesOf({ subject: FORGED });
    expect(lines.filter((line) => /^\s*(Approved by|# DONE)/.test(line))).toEqual([]);
    const shown = lines.join('\n');
    // oxlint-disable-next-line no-control-regex -- these are what must not be there
    expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u202a-\u202e\u2066-\u2069]/);
    expect(shown).toContain('<U+202E>');
    expect(shown).toContain('\\n\\nApproved by: ciso');
  });

  test('is cut where it is endless, with a digest of what is left out', () => {
    const text = 'a'.repeat(2_000) + 'b'.repeat(98_000);
    const [cut] =
      linesOf({ subject: text })
        .join('')
        .match(/\(\d+ more characters, SHA-256 [0-9a-f]{16}/) ?? [];
    expect(cut).toBeDefined();
    const other = linesOf({ subject: `${text.slice(0, -1)}c` }).join('');
    expect(other).not.toContain(cut);
    expect(hash('sha256', text.slice(200), 'hex')).not.toBe(hash('sha256', `${text.slice(200, -1)}c`, 'hex'));
  });

  test('stays inside its block in the Temporal UI, whatever it holds', () => {
    const item = { kind: 'confirmation', task: 'enroll', instructions: FORGED, until: '2026-01-01' } as const;
    const page = detailsOf(RUN, 'waiting', [item]);
    const outside = page.split(/\n````+\n[\s\S]*?\n````+(?:\n|$)/).join('\n');
    expect(outside).not.toContain('Approved by');
    expect(outside).not.toContain('# DONE');
    expect(page).not.toMatch(/[\u202a-\u202e]/);
  });

  test('never reaches a notice, which holds names and numbers only', () => {
    const body = cardBody({ inputs: { subject: FORGED }, targets: [FORGED] });
    const text = noticeText({ link: null }, RUN, 'c'.repeat(64), body, 'opened');
    expect(text).not.toContain('Approved by');
  });
});

describe('A15: a notice', () => {
  test('holds no link that decides: what is opened by a scanner, or forwarded, is only a place to read', () => {
    const body = cardBody();
    const text = noticeText(
      { link: 'https://soc.corp.example/runs/{run}/{task}' },
      RUN,
      'c'.repeat(64),
      body,
      'opened',
    );
    const links = text.match(/https?:\S+/g) ?? [];
    expect(links).toEqual([`https://soc.corp.example/runs/${RUN.workflowId}/${body.task}`]);
    expect(text).not.toMatch(/approve=|decision|token|cordon approve /);
  });
});
