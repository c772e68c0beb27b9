/** A playbook as a Mermaid flowchart: https://mermaid.js.org/syntax/flowchart.html */
import type { Plan, PlannedTask } from '../../workflows/language/plan.ts';
import type { Need } from '../../workflows/language/playbook.ts';

/** Nodes are numbered, because some words, such as `end`, break a chart when they are names of nodes. */
export function mermaid({ playbook, tasks }: Plan): string {
  const idOf = new Map(tasks.map(({ name }, index) => [name, `t${index}`]));
  const id = (name: string): string => idOf.get(name) ?? name;
  const lines = [
    '---',
    `title: ${JSON.stringify(`${playbook.id} (${playbook.version})`)}`,
    '---',
    'flowchart TD',
    ...tasks.map((task) => `  ${id(task.name)}${shape(task)}`),
    ...tasks.flatMap((task) =>
      task.needs.map((need) => `  ${id(need.task)} ${arrow(need)} ${id(task.name)}`),
    ),
  ];
  const asking = tasks.filter(({ approvalRequired }) => approvalRequired).map(({ name }) => id(name));
  if (asking.length > 0)
    lines.push('  classDef approval stroke-width:3px', `  class ${asking.join(',')} approval`);
  return `${lines.join('\n')}\n`;
}

/** Tasks that wait for a person are hexagons, tasks with a condition have round ends. */
function shape({ name, type, approvalRequired, when, join }: PlannedTask): string {
  const notes = [
    approvalRequired ? 'needs approval' : '',
    when === null ? '' : 'has a condition',
    join === 'all' ? '' : `joins on ${join}`,
  ].filter((note) => note !== '');
  const label = [name, type, ...notes].map(escaped).join('<br/>');
  if (approvalRequired) return `{{"${label}"}}`;
  return when === null ? `["${label}"]` : `(["${label}"])`;
}

function arrow({ on }: Need): string {
  return on === undefined ? '-->' : `-. "${on.join(' or ')}" .->`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '#amp;')
    .replaceAll('"', '#quot;')
    .replaceAll('<', '#lt;')
    .replaceAll('>', '#gt;');
}
