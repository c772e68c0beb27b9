/** A notice as an Adaptive Card for a Teams workflow. Text runs know neither Markdown nor mentions. */
import type { JsonObject } from '../../../workflows/language/json.ts';
import type { Notice } from './notice.ts';

/** What Teams takes, in bytes, the envelope included. */
export const LARGEST_CARD = 28 * 1024;

export function teamsCard({ title, message, report }: Notice): JsonObject {
  const lines = [
    run(title, { weight: 'Bolder' }),
    run(message),
    ...(report === null ? [] : [run(`Report: ${report}`, { isSubtle: true })]),
  ];
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          fallbackText: title,
          body: lines,
        },
      },
    ],
  };
}

function run(text: string, look: JsonObject = {}): JsonObject {
  return { type: 'RichTextBlock', inlines: [{ type: 'TextRun', text, ...look }] };
}
