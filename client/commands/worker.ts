/** Runs a worker until it is told to stop. */
import type { Command } from 'commander';
import { runWorker } from '../../worker/main.ts';
import { ending, examples, withConfig } from '../command.ts';
import { withTemporal } from '../connection.ts';
import { EXIT } from '../exit.ts';
import { complain } from '../terminal.ts';

export function command(program: Command): void {
  const worker = program
    .command('worker')
    .description(
      'Runs a worker: it makes plans, asks policy, calls connectors and keeps the record. SIGINT or SIGTERM stop it; calls under way are given time to end.',
    )
    .action(
      ending(async (terminal, _options: object, self: Command) =>
        withConfig(terminal, self, async (config) =>
          // Tried with our own connection first, because what the worker's says of a missing server helps nobody.
          withTemporal(terminal, async ({ address, namespace }) => {
            const started = await runWorker(config, (line) => void process.stderr.write(`${line}\n`));
            if (started.kind === 'problems') return complain(terminal, started.problems);
            terminal.err.write(
              `worker on ${config.taskQueue}, ${address}, namespace ${namespace}, ${config.mode}\n`,
            );
            await started.stopped;
            return EXIT.done;
          }),
        ),
      ),
    );
  examples(worker, 'worker', '--config /etc/cordon/cordon.yaml worker');
}
