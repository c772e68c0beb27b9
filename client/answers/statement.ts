/** `confirm` and `resolve`: a person says what they did or saw. */
import type { Command } from 'commander';
import type { OpenItem } from '../../workflows/messages.ts';
import { ending } from '../command.ts';
import { withTemporal } from '../connection.ts';
import { chainOf } from '../runs/chain.ts';
import { readRun } from '../runs/read.ts';
import { complain, type Terminal } from '../terminal.ts';
import { deliver, print } from './deliver.ts';
import { proveWord, toSign, type ProofOptions } from './prove.ts';
import type { Word } from './send.ts';
import { standingOf } from './standing.ts';

export interface StatementOptions extends ProofOptions {
  readonly as: string;
  readonly reason: string;
  readonly print?: boolean;
  readonly json?: boolean;
}

export type Worded =
  | { readonly kind: 'word'; readonly word: Word }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

interface Statement<Options extends StatementOptions> {
  readonly command: Command;
  readonly about: OpenItem['kind'];
  readonly reason: string;
  /** `item` is null where no worker could say what is open. */
  readonly word: (task: string, options: Options, item: OpenItem | null) => Worded;
}

/** Adds what both commands share. Nobody but the run decides whether the word counts. */
export function statementCommand<Options extends StatementOptions>(statement: Statement<Options>): Command {
  const { command, about, word } = statement;
  return command
    .argument('<run>', 'workflow id, as `cordon approvals` shows it')
    .argument('<task>', 'task that waits')
    .requiredOption('--as <person>', 'who you are')
    .requiredOption('--reason <text>', statement.reason)
    .option('--key <file>', 'sign with this private key (`cordon keys new` makes one)')
    .option('--id-token <file>', 'prove it with a sign-in: a file with an ID token, - for standard input')
    .option('--print', 'print the payload and the `temporal` command instead of sending')
    .option('--json', 'print what became of it as JSON')
    .action(
      ending(async (terminal: Terminal, run: string, task: string, options: Options) => {
        const json = options.json === true;
        return withTemporal(terminal, async ({ client }) => {
          const standing = standingOf(await readRun(client, run), task, about);
          if (standing.kind === 'no') return complain(terminal, [standing.message], standing.exit);
          const worded = word(task, options, standing.kind === 'open' ? standing.item : null);
          if (worded.kind === 'problems') return complain(terminal, worded.problems);
          const place = { workflowId: run, chain: await chainOf(client, run) };
          const proved = await proveWord(worded.word, place, options);
          if (proved.kind === 'problems') return complain(terminal, proved.problems);
          if (options.print === true)
            return print(terminal, run, proved.word, json, toSign(worded.word, place));
          return deliver({ client, terminal, workflowId: run, word: proved.word, json });
        });
      }),
    );
}

export const NOBODY_ANSWERED: Worded = {
  kind: 'problems',
  problems: ['no worker could say what is open, so there is nothing yet to put your name to; try again'],
};
