/**
 * A report as one HTML file: no script, no request to anywhere, every text escaped. The policy in its head forbids all
 * of that once more, so that even a mistake here would do nothing.
 */
import { createHash } from 'node:crypto';
import type { ReportDocument, Section } from './document.ts';

const STYLE = [
  'body{font:15px/1.5 system-ui,sans-serif;color:#1b1f24;background:#fff;max-width:72rem;margin:2rem auto;padding:0 1rem}',
  'h1{font-size:1.6rem;margin:0 0 1rem}h2{font-size:1.15rem;margin:2rem 0 .5rem;border-bottom:1px solid #d0d7de}',
  'dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}dt{color:#57606a}dd{margin:0}h1,p,dd{overflow-wrap:anywhere}',
  'table{border-collapse:collapse;width:100%;font-size:.87rem}th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid #eaeef2;overflow-wrap:anywhere;min-width:6rem}',
  // On a narrow screen a wide table moves in its own box, so that its words stay whole.
  '@media screen and (max-width:40rem){table{display:block;overflow-x:auto}}',
  'th{color:#57606a;font-weight:600}@media print{body{margin:0;max-width:none}tr{break-inside:avoid}}',
].join('');

/** The one style that may apply, by its hash. */
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'`;

export function html({ title, facts, sections }: ReportDocument): string {
  const pairs = facts.map(([name, value]) => `<dt>${text(name)}</dt><dd>${text(value)}</dd>`).join('');
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="referrer" content="no-referrer">',
    '<meta name="viewport" content="width=device-width">',
    `<title>${text(title)}</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    `<h1>${text(title)}</h1>`,
    `<dl>${pairs}</dl>`,
    ...sections.map(one),
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function one({ heading, lines, table }: Section): string {
  const paragraphs = lines.map((line) => `<p>${text(line)}</p>`).join('\n');
  if (table === undefined) return `<h2>${text(heading)}</h2>\n${paragraphs}`;
  const head = table.columns.map((column) => `<th scope="col">${text(column)}</th>`).join('');
  const rows = table.rows
    .map((cells) => `<tr>${cells.map((cell) => `<td>${text(cell)}</td>`).join('')}</tr>`)
    .join('\n');
  return `<h2>${text(heading)}</h2>\n${paragraphs}<table><thead><tr>${head}</tr></thead><tbody>\n${rows}\n</tbody></table>`;
}

const ENTITIES: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Marks that turn the direction of text could make a report say the opposite. */
function text(raw: string): string {
  return raw
    .replaceAll(/[\p{Cf}\p{Cs}]+/gu, '')
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
