/** Refuses a card. */
import type { Command } from 'commander';
import { voteCommand } from '../answers/vote.ts';
import { examples } from '../command.ts';

export function command(program: Command): void {
  const reject = voteCommand(
    program,
    'reject',
    'Refuses a card; one refusal closes it, and the task is not done. Exit code 0 when the vote counts.',
  );
  examples(reject, 'reject cordon-email_takeover_v1-CASE-7 rotate_password --as bo --reason "wrong account"');
}
