/** Sends a word, or prints how to send it, and says what became of it. */
import type { Client } from '@temporalio/client';
import { signalCommand } from '../../workflows/billboard.ts';
import type { JsonObject } from '../../workflows/language/json.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { oneLine } from '../render/text.ts';
import { complain, printJson, type Terminal } from '../terminal.ts';
import { send, type Sent, type Word } from './send.ts';
import { invocation } from '../self.ts';

export interface Delivery {
  readonly client: Client;
  readonly terminal: Terminal;
  readonly workflowId: string;
  readonly word: Word;
  readonly json: boolean;
}

/** Exit code 0 when the word counted, 3 when it did not, or when nobody was there to say so. */
export async function deliver({ client, terminal, workflowId, word, json }: Delivery): Promise<ExitCode> {
  const sent = await send(client, workflowId, word);
  if (json)
    printJson(terminal, { workflow_id: workflowId, signal: word.kind, input: word.input, ...plain(sent) });
  return told(terminal, workflowId, word, sent);
}

/** For who sends it by other means: the exact payload, and the exact command. */
export function print(
  terminal: Terminal,
  workflowId: string,
  word: Word,
  json: boolean,
  more: JsonObject = {},
): ExitCode {
  const payload = JSON.stringify(word.input);
  const command = signalCommand({ workflowId }, word.kind, payload);
  if (json)
    printJson(terminal, { workflow_id: workflowId, signal: word.kind, input: word.input, command, ...more });
  else terminal.out.write(`${payload}\n${command}\n`);
  return EXIT.done;
}

function told(terminal: Terminal, workflowId: string, { kind, input }: Word, sent: Sent): ExitCode {
  const { err } = terminal;
  switch (sent.kind) {
    case 'answered': {
      const { counted, reason, code } = sent.reply;
      if (!counted)
        return complain(
          terminal,
          [`${kind} of ${input.task} was refused: ${oneLine(reason)} (${oneLine(code)})`],
          EXIT.notDone,
        );
      err.write(`${err.colours.green('✓')} ${oneLine(reason)}\n`);
      return EXIT.done;
    }
    case 'refused':
      return complain(
        terminal,
        [`${kind} of ${input.task} was refused: ${oneLine(sent.reason)}`],
        EXIT.notDone,
      );
    case 'signalled':
      err.write(
        `no worker answered, so it was sent as a signal; \`${oneLine(invocation('show', workflowId))}\` tells whether it counts\n`,
      );
      return EXIT.notDone;
    default:
      return sent satisfies never;
  }
}

function plain(sent: Sent): object {
  if (sent.kind === 'answered') return { sent: 'update', ...sent.reply };
  if (sent.kind === 'refused')
    return { sent: 'update', counted: false, code: 'refused', reason: sent.reason };
  return { sent: 'signal', counted: null };
}
