/** Prints the JSON Schema of playbooks. */
import type { Command } from 'commander';
import { contracts } from '../../activities/catalogue/index.ts';
import { playbookJsonSchema } from '../../workflows/language/schema.ts';
import { ending, examples } from '../command.ts';
import { EXIT } from '../exit.ts';
import { printJson } from '../terminal.ts';

export function command(program: Command): void {
  const schema = program
    .command('schema')
    .description('Prints the JSON Schema (draft 7) of playbooks, with the task types there are.')
    .action(
      ending(async (terminal) => {
        printJson(terminal, playbookJsonSchema([...contracts.keys()]));
        return EXIT.done;
      }),
    );
  examples(schema, 'schema > playbooks/playbook.schema.json');
}
