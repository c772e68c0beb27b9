/** Draws a playbook as Mermaid text. */
import type { Command } from 'commander';
import { ending, examples, withConfig } from '../command.ts';
import { EXIT } from '../exit.ts';
import { compileOpened } from '../planning/compile.ts';
import { installed } from '../planning/installed.ts';
import { openPlaybook } from '../playbooks.ts';
import { mermaid } from '../render/mermaid.ts';
import { complain, printJson } from '../terminal.ts';

export function command(program: Command): void {
  const graph = program
    .command('graph')
    .description('Draws a playbook as Mermaid text; many editors and forges show it as a picture.')
    .argument('<playbook>', 'id or file')
    .option('--json', 'print tasks, layers and edges as JSON')
    .action(
      ending(async (terminal, name: string, options: { readonly json?: boolean }, self: Command) =>
        withConfig(terminal, self, async (config) => {
          const opened = await openPlaybook(name, config.playbooks);
          if (opened.kind === 'problems') return complain(terminal, opened.problems);
          const compiled = compileOpened(opened, installed(config).catalogue, undefined);
          if (compiled.kind === 'problems') return complain(terminal, compiled.problems);
          const { plan } = compiled.sealed;
          if (options.json !== true) terminal.out.write(mermaid(plan));
          else {
            const tasks = plan.tasks.map(({ name, type, layer, needs }) => ({ name, type, layer, needs }));
            printJson(terminal, { playbook: plan.playbook.id, layers: plan.layers, tasks });
          }
          return EXIT.done;
        }),
      ),
    );
  examples(graph, 'graph email_takeover_v1 > email_takeover_v1.mmd');
}
