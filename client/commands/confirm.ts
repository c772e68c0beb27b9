/** Says that a step only a person can do was done. */
import type { Command } from 'commander';
import { statementCommand } from '../answers/statement.ts';
import { examples } from '../command.ts';

export function command(program: Command): void {
  const confirm = statementCommand({
    command: program
      .command('confirm')
      .description('Says that you did the last step of a task, one that no interface can do.'),
    about: 'confirmation',
    reason: 'what you did',
    word: (task, { as: by, reason }) => ({
      kind: 'word',
      word: { kind: 'confirm', input: { task, by, reason } },
    }),
  });
  examples(confirm, 'confirm cordon-email_takeover_v1-CASE-7 enroll_2fa --as jo --reason "key registered"');
}
