/** The policy set: tried, explained, compared and activated. Nothing here acts on anything but the activation file. */
import type { Command } from 'commander';
import { command as activate } from './policy-activate.ts';
import { command as diff } from './policy-diff.ts';
import { command as explain } from './policy-explain.ts';
import { command as shadow } from './policy-shadow.ts';
import { command as test } from './policy-test.ts';
import { command as validate } from './policy-validate.ts';

export function command(program: Command): void {
  const policy = program
    .command('policy')
    .description('The policy set: tried, explained, compared, activated.');
  for (const add of [validate, test, explain, diff, shadow, activate]) add(policy);
}
