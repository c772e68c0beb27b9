/** Agrees to exactly the card that is open. */
import type { Command } from 'commander';
import { voteCommand } from '../answers/vote.ts';
import { examples } from '../command.ts';

export function command(program: Command): void {
  const approve = voteCommand(
    program,
    'approve',
    'Agrees to exactly the inputs on the card. Exit code 0 when the vote counts, 3 when it is refused.',
  );
  examples(
    approve,
    'approve cordon-email_takeover_v1-CASE-7 rotate_password --as bo --reason "confirmed by phone"',
    'approve cordon-email_takeover_v1-CASE-7 rotate_password --as bo --reason "confirmed by phone" --key bo.pem',
    'approve cordon-email_takeover_v1-CASE-7 rotate_password --as bo --reason "confirmed by phone" --key bo.pem --print',
  );
}
