/** A report as its reader has it: in a real browser, wide and narrow, with what strangers wrote inside. */
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from '@jest/globals';
import { chromium, type Page } from 'playwright-core';
import type { ReportDocument } from '../../activities/connectors/report/document.ts';
import { html } from '../../activities/connectors/report/html.ts';
import { whereIs } from '../../simulators/network/programs.ts';
import { deviceTest } from './lab.ts';

const EVIL = `<script>document.title='owned'</script><img src="http://127.0.0.1:9/x" onerror="alert(1)">\u202e`;
const HASH = 'c'.repeat(64);
const times = <T>(count: number, make: (n: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, n) => make(n));

const REPORT: ReportDocument = {
  title: 'Incident report: host-0042',
  facts: [
    ['Case', 'INC-7'],
    ['Findings', `an implant called home ${EVIL}`],
    ['Reaches to', `entry 103, leaf ${HASH}`],
  ],
  sections: [
    {
      heading: 'Tasks and outcomes',
      lines: [],
      table: {
        columns: ['Task', 'Type', 'Outcome', 'Undo'],
        rows: times(12, (n) => [`task_${n}`, 'NetworkIsolate', 'completed', 'can be undone exactly']),
      },
    },
    {
      heading: 'Evidence',
      lines: [],
      table: {
        columns: ['Collected by', 'Name', 'SHA-256', 'Bytes', 'Stored'],
        rows: times(8, () => ['collect', EVIL.repeat(3), HASH, '1048576', '2026-01-02T03:04:05.000Z']),
      },
    },
    { heading: 'Approvals', lines: ['None.'] },
  ],
};

interface Looks {
  readonly title: string;
  readonly overflows: boolean;
  /** Of kinds that a report has none of. */
  readonly elements: number;
  readonly hidden: number;
  readonly heading: string;
}

/** Runs in the page, so it is text: there is no browser's type library in this project. */
const LOOK = `(() => {
  const root = document.documentElement;
  const cells = [...document.querySelectorAll('td, dd, h1')];
  return {
    title: document.title,
    overflows: root.scrollWidth > root.clientWidth,
    elements: document.querySelectorAll('script, img, iframe, form, a').length,
    hidden: cells.filter((cell) => cell.getClientRects().length === 0).length,
    heading: getComputedStyle(document.querySelector('h1') ?? root).fontSize,
  };
})()`;

/** What a reader would notice, read from the page as it was laid out. */
function looks(page: Page): Promise<Looks> {
  return page.evaluate<Looks>(LOOK);
}

/** `CORDON_SCREENSHOTS` names a folder to keep them in, for whoever wants to look. */
async function photograph(page: Page, folder: string, name: string): Promise<number> {
  const path = join(process.env['CORDON_SCREENSHOTS'] ?? folder, `${name}.png`);
  await page.screenshot({ path, fullPage: true });
  return statSync(path).size;
}

deviceTest(
  'a report fits a desk, a phone and paper, asks for nothing and runs nothing',
  ['chromium'],
  async (lab) => {
    const folder = lab.folder('report');
    const file = join(folder, 'report.html');
    writeFileSync(file, html(REPORT));
    const address = pathToFileURL(file).href;
    const browser = await chromium.launch({
      executablePath: whereIs('chromium') ?? '',
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
    });
    try {
      const context = await browser.newContext();
      const asked: string[] = [];
      const shown: string[] = [];
      context.on('request', (request) => void asked.push(request.url()));
      const page = await context.newPage();
      page.on('dialog', (dialog) => {
        shown.push(dialog.message());
        void dialog.dismiss();
      });
      for (const [name, width, height] of [
        ['desk', 1280, 800],
        ['phone', 360, 740],
      ] as const) {
        await page.setViewportSize({ width, height });
        await page.goto(address);
        expect([name, await looks(page)]).toEqual([
          name,
          { title: REPORT.title, overflows: false, elements: 0, hidden: 0, heading: '25.6px' },
        ]);
        // A blank page of this size takes a few kilobytes.
        expect(await photograph(page, folder, `report-${name}`)).toBeGreaterThan(30_000);
      }
      // A4 at 96 points an inch.
      await page.setViewportSize({ width: 794, height: 1123 });
      await page.emulateMedia({ media: 'print' });
      expect(await looks(page)).toMatchObject({ overflows: false, hidden: 0 });
      expect(new Set(asked)).toEqual(new Set([address]));
      expect(shown).toEqual([]);
      // The control: a page that is careless with the same text is caught by the same look.
      await page.setContent(`<h1>${EVIL}</h1>`);
      expect((await looks(page)).elements).toBeGreaterThan(0);
    } finally {
      await browser.close();
    }
  },
);
