/** Says that you looked at what somebody else did behind broken glass. */
import type { Command } from 'commander';
import { NOBODY_ANSWERED, statementCommand } from '../answers/statement.ts';
import { examples } from '../command.ts';

export function command(program: Command): void {
  const review = statementCommand({
    command: program
      .command('review')
      .description(
        'Says that you looked at what was done behind broken glass. Until then nobody can break it again.',
      ),
    about: 'review',
    reason: 'what you saw',
    word: (task, { as: by, reason }, item) =>
      item?.kind === 'review'
        ? { kind: 'word', word: { kind: 'review', input: { task, digest: item.use, by, reason } } }
        : NOBODY_ANSWERED,
  });
  examples(
    review,
    'review cordon-email_takeover_v1-CASE-7 rotate_password --as bo --reason "owner confirms" --key bo.pem',
  );
}
