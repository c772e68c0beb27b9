/** The table of connectors for the README, made from what the shipped connectors say of themselves. */
import { connectorList, type ConnectorLine } from '../../client/planning/connector-list.ts';

/** Markdown: one row per connector. */
export function connectorTable(config: Parameters<typeof connectorList>[0]): string {
  const head = '| connector | does | undo | needs |\n| --- | --- | --- | --- |';
  return `${head}\n${connectorList(config).map(row).join('\n')}\n`;
}

function row({ connector, actions }: ConnectorLine): string {
  const does = actions.map(({ task_type }) => `\`${task_type}\``).join(', ');
  const classes = ['none', 'A', 'B', 'C'] as const;
  const undo = classes.filter((one) => actions.some(({ reversibility }) => reversibility === one)).join(', ');
  const needs = [...new Set(actions.flatMap(({ scopes }) => scopes))].sort().map((scope) => `\`${scope}\``);
  return `| ${connector} | ${does} | ${undo} | ${needs.length === 0 ? '–' : needs.join(', ')} |`;
}
