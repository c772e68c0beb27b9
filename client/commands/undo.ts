/** Takes back what a run did. */
import { Option, type Command } from 'commander';
import { PAP, TLP, type Pap, type Tlp } from '../../workflows/language/marking.ts';
import { ending, examples, withConfig } from '../command.ts';
import { withTemporal } from '../connection.ts';
import { takeBack } from '../undo/take-back.ts';

interface Options {
  readonly task?: string;
  readonly as?: string;
  readonly tlp?: Tlp;
  readonly pap?: Pap;
  readonly plan?: boolean;
  readonly detach?: boolean;
  readonly json?: boolean;
}

export function command(program: Command): void {
  const undo = program
    .command('undo')
    .description(
      [
        'Takes back what a run did, the last effect first, as far as it can be undone; the run itself must be over.',
        'Each step passes policy and waits for approval as any other task. Shows first what is taken back and what',
        'is not, and why. The exit code says how it ended: 0 completed, 1 failed, 3 not all was done.',
      ].join('\n'),
    )
    .argument('<run>', 'workflow id, as `cordon list` shows it')
    .option('--task <task>', 'only this task of the run')
    .option('--as <person>', 'who asks for it, and therefore cannot approve it')
    .addOption(new Option('--tlp <marking>', 'how far the case may be told').choices(TLP))
    .addOption(new Option('--pap <marking>', 'how openly it may be acted on').choices(PAP))
    .option('--plan', 'only show what would be done')
    .option('--detach', 'print the workflow id and do not follow')
    .option('--json', 'print the report (with --plan: what would be done; with --detach: the ids) as JSON')
    .action(
      ending(async (terminal, run: string, options: Options, self: Command) =>
        withConfig(terminal, self, (config) =>
          withTemporal(terminal, ({ client }) => {
            const { task, as, tlp, pap, plan: planOnly, detach, json } = options;
            return takeBack({
              terminal,
              client,
              taskQueue: config.taskQueue,
              workflowId: run,
              ...(task === undefined ? {} : { task }),
              options: {
                ...(as === undefined ? {} : { requested_by: as }),
                ...(tlp === undefined ? {} : { tlp }),
                ...(pap === undefined ? {} : { pap }),
              },
              planOnly: planOnly === true,
              detach: detach === true,
              json: json === true,
            });
          }),
        ),
      ),
    );
  examples(
    undo,
    'undo cordon-router_lockdown_v1-CASE-8 --plan',
    'undo cordon-router_lockdown_v1-CASE-8 --as riley',
    'undo cordon-device_compromise_v1-CASE-9 --task network_isolate --as riley',
  );
}
