/** A notice as Slack shows it: nothing in it is a mention, a link with another name, or formatting. */
import type { Notice } from './notice.ts';

export interface SlackText {
  /** For notifications and for readers without blocks. */
  readonly text: string;
  readonly blocks: readonly SlackBlock[];
}

type SlackBlock = {
  readonly type: 'section';
  readonly text: { readonly type: 'plain_text'; readonly text: string; readonly emoji: false };
};

/** A section's text may have 3,000 characters. */
const LONGEST_SECTION = 2900;

/** Plain text is not read as formatting; the three escapes take `<!channel>`, `<@user>` and `<url|name>` their meaning. */
export function slackText({ title, message, report }: Notice): SlackText {
  const parts = [title, message, ...(report === null ? [] : [`Report: ${report}`])].map(escape);
  return {
    text: parts.join(' · '),
    blocks: parts.flatMap(pieces).map((text) => ({
      type: 'section',
      text: { type: 'plain_text', text, emoji: false },
    })),
  };
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function pieces(text: string): readonly string[] {
  const all: string[] = [];
  const characters = Array.from(text);
  for (let at = 0; at < characters.length; at += LONGEST_SECTION)
    all.push(characters.slice(at, at + LONGEST_SECTION).join(''));
  return all;
}
