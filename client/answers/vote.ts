/** `approve` and `reject`: a vote on exactly one card, named by its digest. */
import type { Command } from 'commander';
import type { Client } from '@temporalio/client';
import type { Card } from '../../workflows/ports.ts';
import { ending } from '../command.ts';
import { withTemporal } from '../connection.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { effectText } from '../render/card.ts';
import { oneLine } from '../render/text.ts';
import { readRun } from '../runs/read.ts';
import { complain, type Terminal } from '../terminal.ts';
import { deliver, print } from './deliver.ts';
import { proveWord, toSign, type ProofOptions } from './prove.ts';
import type { Word } from './send.ts';
import { standingOf } from './standing.ts';
import { invocation } from '../self.ts';

export type VoteKind = 'approve' | 'reject' | 'withdraw';

interface Options extends ProofOptions {
  readonly as: string;
  readonly reason: string;
  readonly digest?: string;
  readonly print?: boolean;
  readonly json?: boolean;
  readonly targets?: string;
}

/** SHA-256 in hex; the beginning of one names a card well enough when it is compared with the open card. */
const DIGEST = /^[0-9a-f]{8,64}$/;
const FULL = 64;

export function voteCommand(program: Command, kind: VoteKind, description: string): Command {
  const command = program
    .command(kind)
    .description(description)
    .argument('<run>', 'workflow id, as `cordon approvals` shows it')
    .argument('<task>', 'task whose card is open')
    .requiredOption('--as <person>', 'who you are')
    .requiredOption('--reason <text>', 'why')
    .option('--digest <sha256>', 'the card you read, or at least 8 digits of it; default: the open card')
    .option('--key <file>', 'sign with this private key (`cordon keys new` makes one)')
    .option('--id-token <file>', 'prove it with a sign-in: a file with an ID token, - for standard input')
    .option('--print', 'print the payload and the `temporal` command instead of sending')
    .option('--json', 'print what became of it as JSON');
  if (kind === 'approve')
    command.option(
      '--targets <count>',
      'how many targets you counted on the card; asked for where there are many',
    );
  return command.action(
    ending(async (terminal, run: string, task: string, options: Options) => {
      if (options.targets !== undefined && !/^\d{1,6}$/.test(options.targets))
        return complain(terminal, ['--targets: write the number you counted']);
      if (options.digest !== undefined && !DIGEST.test(options.digest))
        return complain(terminal, [
          '--digest: write 8 to 64 hexadecimal digits in lower case, as the card shows them',
        ]);
      return withTemporal(terminal, ({ client }) => vote({ client, terminal, run, task, kind, options }));
    }),
  );
}

interface Vote {
  readonly client: Client;
  readonly terminal: Terminal;
  readonly run: string;
  readonly task: string;
  readonly kind: VoteKind;
  readonly options: Options;
}

async function vote(asked: Vote): Promise<ExitCode> {
  const { client, terminal, run, task, kind, options } = asked;
  const standing = standingOf(await readRun(client, run), task, 'approval');
  switch (standing.kind) {
    case 'no':
      // Between the last vote and the deed no card is open, and an approval can still be taken back.
      if (kind === 'withdraw' && options.digest?.length === FULL) return cast(asked, options.digest);
      return complain(terminal, [standing.message], standing.exit);
    case 'unknown':
      if (options.digest?.length === FULL) return cast(asked, options.digest);
      return complain(
        terminal,
        [standing.message, 'with the full --digest of the card, the vote can be sent as a signal'],
        EXIT.failed,
      );
    case 'open': {
      const { card } = standing.item;
      if (options.digest !== undefined && !card.digest.startsWith(options.digest))
        return complain(
          terminal,
          [
            `the open card of ${task} is another one: ${card.digest}; read it with \`${oneLine(invocation('approvals', run))}\``,
          ],
          EXIT.notDone,
        );
      terminal.err.write(summary(card));
      return cast(asked, card.digest);
    }
    default:
      return standing satisfies never;
  }
}

async function cast({ client, terminal, run, task, kind, options }: Vote, digest: string): Promise<ExitCode> {
  const { as: by, reason, targets } = options;
  const input = { task, digest, by, reason };
  const word: Word =
    kind === 'approve' && targets !== undefined
      ? { kind, input: { ...input, targets: Number(targets) } }
      : { kind, input };
  const about = { workflowId: run, chain: '' };
  const proved = await proveWord(word, about, options);
  if (proved.kind === 'problems') return complain(terminal, proved.problems);
  const json = options.json === true;
  if (options.print === true) return print(terminal, run, proved.word, json, toSign(word, about));
  return deliver({ client, terminal, workflowId: run, word: proved.word, json });
}

/** What the vote is about, for whoever gave no digest. */
function summary({ digest, body }: Card): string {
  const targets = body.targets.map((target) => oneLine(target, 100)).join(', ');
  return `card ${digest.slice(0, 12)}: ${oneLine(body.type)} on ${targets}, ${effectText(body)}\n`;
}
