/** Pages without scripts. Text that others wrote is escaped where it enters a page, and nowhere else. */
import { createHash } from 'node:crypto';

/** Finished HTML; anything else that goes into a page is escaped. */
export interface Html {
  readonly html: string;
}

type Part = Html | string | number | readonly Html[];

/** `` html`<p>${text}</p>` ``: texts are escaped, HTML and lists of it are taken as they are. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const text = strings.map((string, at) => string + (at < parts.length ? shown(parts[at] ?? '') : ''));
  return { html: text.join('') };
}

function shown(part: Part): string {
  if (typeof part === 'string') return escaped(part);
  if (typeof part === 'number') return String(part);
  return 'html' in part ? part.html : part.map(({ html: inner }) => inner).join('');
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** Isolated, so that the direction of a foreign text ends where the text ends. */
const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-bottom: .3rem; }
dl { display: grid; grid-template-columns: 9rem 1fr; gap: .25rem 1rem; }
dt { opacity: .7; } dd { margin: 0; }
dd, pre, li { overflow-wrap: anywhere; unicode-bidi: isolate; }
pre { white-space: pre-wrap; border-left: 3px solid; padding: .5rem .75rem; margin: 0; font-size: .85rem; }
textarea, input[type=number] { width: 100%; font: inherit; box-sizing: border-box; }
button { font: inherit; padding: .4rem 1.2rem; margin: .75rem .75rem 0 0; }
.note { border: 1px solid; padding: .5rem .75rem; } .quiet { opacity: .7; font-size: .9rem; }
`;

/** By its hash, so that no style of anybody else's applies; and nothing but forms to ourselves. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

export function page(title: string, body: Html, onward?: string): string {
  const refresh =
    onward === undefined ? html`` : html`<meta http-equiv="refresh" content="0; url=${onward}" />`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>${title}</title>
        <meta name="viewport" content="width=device-width" />
        ${refresh} ${{ html: `<style>${STYLE}</style>` }}
      </head>
      <body>
        ${body}
      </body>
    </html>`.html;
}
