/** Says what became of a call whose fate is unknown. */
import { Option, type Command } from 'commander';
import { isObject, type Json, type JsonObject } from '../../workflows/language/json.ts';
import { statementCommand, type StatementOptions, type Worded } from '../answers/statement.ts';
import { examples } from '../command.ts';

interface Options extends StatementOptions {
  readonly result: 'completed' | 'failed';
  readonly output?: string;
}

export function command(program: Command): void {
  const resolve = statementCommand<Options>({
    command: program
      .command('resolve')
      .description(
        'Says what became of a call that may or may not have taken effect. Look at the provider first.',
      )
      .addOption(
        new Option('--result <result>', 'what you saw there')
          .choices(['completed', 'failed'])
          .makeOptionMandatory(),
      )
      .option('--output <json>', 'what the task would have returned, for the tasks that need it'),
    about: 'settlement',
    reason: 'what you saw',
    word,
  });
  examples(
    resolve,
    'resolve cordon-email_takeover_v1-CASE-7 revoke_oauth --result completed --as bo --reason "no grants left"',
  );
}

function word(task: string, { as: by, reason, result, output }: Options): Worded {
  if (output === undefined)
    return { kind: 'word', word: { kind: 'resolve', input: { task, result, by, reason } } };
  const value = readObject(output);
  if (value === null)
    return {
      kind: 'problems',
      problems: ['--output: write a mapping as JSON, such as \'{"user_id": "1"}\''],
    };
  return { kind: 'word', word: { kind: 'resolve', input: { task, result, output: value, by, reason } } };
}

function readObject(text: string): JsonObject | null {
  try {
    const value = JSON.parse(text) as Json;
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}
