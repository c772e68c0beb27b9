/** A report as Markdown. Every character that could mean something there is escaped. */
import type { ReportDocument, Section } from './document.ts';

export function markdown({ title, facts, sections }: ReportDocument): string {
  const head = [
    `# ${text(title)}`,
    facts.map(([name, value]) => `- **${text(name)}**: ${text(value)}`).join('\n'),
  ];
  return `${[...head, ...sections.map(one)].join('\n\n')}\n`;
}

function one({ heading, lines, table }: Section): string {
  const rows =
    table === undefined
      ? []
      : [
          [
            row(table.columns),
            row(
              table.columns.map(() => '---'),
              true,
            ),
            ...table.rows.map((cells) => row(cells)),
          ].join('\n'),
        ];
  return [`## ${text(heading)}`, ...lines.map((line) => text(line)), ...rows].join('\n\n');
}

function row(cells: readonly string[], rule = false): string {
  return `| ${cells.map((cell) => (rule ? cell : text(cell))).join(' | ')} |`;
}

/**
 * One line: line breaks and controls become blanks, so that nothing starts a block of its own. Addresses and
 * mentions would become links by themselves.
 */
function text(raw: string): string {
  return raw
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ')
    .trim()
    .replaceAll(/[\\`*_[\]<>|~&!@]/g, '\\$&')
    .replaceAll('://', '\\://')
    .replaceAll(/\bwww\./gi, (found) => `${found.slice(0, -1)}\\.`)
    .replace(/^(\d+)([.)])/, '$1\\$2')
    .replace(/^[-+#=]/, '\\$&');
}
