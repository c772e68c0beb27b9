/** Takes an approval back, as long as nothing was done on its strength. */
import type { Command } from 'commander';
import { voteCommand } from '../answers/vote.ts';
import { examples } from '../command.ts';

export function command(program: Command): void {
  const withdraw = voteCommand(
    program,
    'withdraw',
    'Takes your approval back. Counts until the run acts; exit code 0 when it does, 3 when it came too late.',
  );
  examples(
    withdraw,
    'withdraw cordon-email_takeover_v1-CASE-7 rotate_password --as bo --reason "the owner called back"',
  );
}
