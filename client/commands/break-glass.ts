/** In an emergency, one registered person acts alone on exactly the card that is open. */
import type { Command } from 'commander';
import { NOBODY_ANSWERED, statementCommand, type StatementOptions } from '../answers/statement.ts';
import { examples } from '../command.ts';

interface Options extends StatementOptions {
  readonly ticket: string;
  readonly scope: string;
  readonly minutes: string;
}

export function command(program: Command): void {
  const breakGlass = statementCommand<Options>({
    command: program
      .command('break-glass')
      .description(
        'In an emergency, stands alone for the quorum of a card, and for nothing else. Everybody is told, and nobody can do it again before somebody else has reviewed it.',
      )
      .requiredOption('--ticket <id>', 'where the emergency is written down')
      .option('--scope <scope>', '`run`, or the one target that it is about', 'run')
      .option('--minutes <count>', 'for how long it holds, 1 to 60', '30'),
    about: 'approval',
    reason: 'what the emergency is',
    word: (task, { as: by, reason, ticket, scope, minutes }, item) => {
      if (!/^([1-9]|[1-5]\d|60)$/.test(minutes))
        return { kind: 'problems', problems: ['--minutes: write a number from 1 to 60'] };
      if (item?.kind !== 'approval') return NOBODY_ANSWERED;
      const { digest } = item.card;
      const input = { task, digest, ticket, scope, minutes: Number(minutes), by, reason };
      return { kind: 'word', word: { kind: 'break_glass', input } };
    },
  });
  examples(
    breakGlass,
    'break-glass cordon-email_takeover_v1-CASE-7 rotate_password --ticket INC-9 --as bo --reason "CEO mailbox, nobody else awake" --key bo.pem',
  );
}
