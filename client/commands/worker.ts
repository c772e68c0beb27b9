/** Runs a worker until it is told to stop. */
import { InvalidArgumentError, type Command } from 'commander';
import { runWorker } from '../../worker/main.ts';
import type { OwnQueue } from '../../worker/served.ts';
import { ending, examples, withConfig } from '../command.ts';
import { withTemporal } from '../connection.ts';
import { EXIT } from '../exit.ts';
import { complain } from '../terminal.ts';

interface Options {
  readonly connectors?: readonly string[];
}

export function command(program: Command): void {
  const worker = program
    .command('worker')
    .description(
      'Runs a worker: it makes plans, asks policy, calls connectors and keeps the record. SIGINT or SIGTERM stop it; calls under way are given time to end.',
    )
    .option(
      '--connectors <names>',
      'only make calls of these connectors, separated by commas: for a worker inside a network segment',
      namesFrom,
    )
    .action(
      ending(async (terminal, { connectors }: Options, self: Command) =>
        withConfig(terminal, self, async (config) =>
          // Tried with our own connection first, because what the worker's says of a missing server helps nobody.
          withTemporal(terminal, async ({ address, namespace }) => {
            const started = await runWorker(
              config,
              (line) => void process.stderr.write(`${line}\n`),
              connectors,
            );
            if (started.kind === 'problems') return complain(terminal, started.problems);
            const queues = [
              ...(connectors === undefined ? [config.taskQueue] : []),
              ...started.polled.map(queueText),
            ];
            terminal.err.write(
              `worker on ${queues.join(', ')}, ${address}, namespace ${namespace}, ${config.mode}\n`,
            );
            await started.stopped;
            return EXIT.done;
          }),
        ),
      ),
    );
  examples(
    worker,
    'worker',
    '--config /etc/cordon/cordon.yaml worker',
    '--config /etc/cordon/segment.yaml worker --connectors network,router',
  );
}

function namesFrom(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw new InvalidArgumentError('Name connectors, separated by commas.');
  return [...new Set(names)];
}

function queueText({ taskQueue, perSecond }: OwnQueue): string {
  return perSecond === null ? taskQueue : `${taskQueue} (at most ${perSecond} calls a second)`;
}
